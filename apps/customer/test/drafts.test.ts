/** Drafts: on the device at once, on the server when it can be reached, nothing lost in between. */
import { ApiProblem, NetworkFailure, type Answer } from '@shunyue/api-client'
import { DraftQueue, type LocalDraft } from '@/packages/registration/draft_queue'

function setUp(
  kept?: LocalDraft,
  save = vi.fn((_key: string, _value: Answer, version: number) => Promise.resolve({ version: version + 1 })),
) {
  const stored: LocalDraft[] = []
  const states: string[] = []
  const reach = { isThere: true }
  const queue = new DraftQueue(
    '2611',
    {
      save,
      isReachable: () => reach.isThere,
      keep: (draft) => void stored.push(draft),
      changed: (state, waiting) => void states.push(`${state} ${waiting.join()}`.trim()),
    },
    kept,
  )
  return { queue, save, stored, states, reach }
}

describe('[RG-06] saving as you go', () => {
  it('keeps an answer on the device before the server knows it', () => {
    const { queue, save, stored } = setUp()

    queue.change('name', '许知行')

    expect(save).not.toHaveBeenCalled()
    expect(stored.at(-1)?.fields.name).toEqual({ value: '许知行', version: 0, isSynced: false })
  })

  it('sends with the last version seen and counts it up', async () => {
    const { queue, save, states } = setUp()
    queue.change('name', '许')
    await queue.flush()
    queue.change('name', '许知行')
    await queue.flush()

    expect(save.mock.calls).toEqual([
      ['name', '许', 0],
      ['name', '许知行', 1],
    ])
    expect(states.at(-1)).toBe('saved')
  })

  it('sends the newer value too when one is typed while the older is on its way', async () => {
    const save = vi.fn((_key: string, value: Answer, version: number) => {
      if (value === '许') queue.change('name', '许知行')
      return Promise.resolve({ version: version + 1 })
    })
    const { queue } = setUp(undefined, save)
    queue.change('name', '许')

    await queue.flush()

    expect(save.mock.calls.map((call) => call[1])).toEqual(['许', '许知行'])
    expect(queue.unsynced()).toEqual([])
  })

  it('says that it is only on this device while the network is gone, and sends it later', async () => {
    const save = vi.fn(() => Promise.resolve({ version: 1 })).mockRejectedValueOnce(new NetworkFailure('off'))
    const { queue, states } = setUp(undefined, save)
    queue.change('name', '许知行')

    await queue.flush()
    expect(states.at(-1)).toBe('local name')

    await queue.flush()
    expect(states.at(-1)).toBe('saved')
  })

  it('tries nothing without a network, and says so at once', async () => {
    const { queue, save, states, reach } = setUp()
    reach.isThere = false
    queue.change('name', '许知行')

    await queue.flush()

    expect(save).not.toHaveBeenCalled()
    expect(states.at(-1)).toBe('local name')
  })

  it('keeps an answer that could not be saved because the login had ended', async () => {
    const save = vi.fn(() => Promise.reject(new ApiProblem(401, { code: 'login_ended' })))
    const { queue } = setUp(undefined, save)
    queue.change('name', '许知行')

    await queue.flush()

    expect(queue.unsynced()).toEqual(['name'])
  })

  it('does not send a refused value for ever', async () => {
    const save = vi.fn(() => Promise.reject(new ApiProblem(410, { code: 'hold_expired' })))
    const { queue } = setUp(undefined, save)
    queue.change('name', '许知行')

    await queue.flush()
    await queue.flush()

    expect(save).toHaveBeenCalledOnce()
  })
})

describe('[RG-02] [RG-08] restoring', () => {
  const remote = { value: '电脑上写的', version: 3, saved_at: '2026-11-23T02:20:00Z' }

  it('puts the draft over the prefill', () => {
    const { queue } = setUp()

    expect(queue.restore({ name: remote }, { name: '资料里的', phone: '138' })).toEqual({
      name: '电脑上写的',
      phone: '138',
    })
  })

  it('keeps what was typed here and is not on the server yet', async () => {
    const { queue, save } = setUp({
      order: '2611',
      fields: { name: { value: '手机上写的', version: 1, isSynced: false } },
    })

    expect(queue.restore({ name: remote }, {})).toEqual({ name: '手机上写的' })
    await queue.flush()
    expect(save).toHaveBeenCalledWith('name', '手机上写的', 3)
  })

  it('takes the newer answer of another device', () => {
    const { queue } = setUp({ order: '2611', fields: { name: { value: '旧的', version: 2, isSynced: true } } })

    expect(queue.restore({ name: remote }, {})).toEqual({ name: '电脑上写的' })
  })

  it('offers the answers of an order that ran out to the next one', async () => {
    const { queue, save } = setUp({ order: '1511', fields: { name: { value: '许知行', version: 4, isSynced: true } } })

    expect(queue.restore({}, {})).toEqual({ name: '许知行' })
    await queue.flush()
    expect(save).toHaveBeenCalledWith('name', '许知行', 0)
  })
})
