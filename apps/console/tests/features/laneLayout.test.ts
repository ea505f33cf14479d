/** Blocks stand where their time is; blocks at the same time never cover each other. */
import { describe, expect, it } from 'vitest'
import type { Block } from '@/api/types'
import {
  dayScale,
  hourMarks,
  layOutLane,
  nowPosition,
} from '@/features/today/composables/laneLayout'
import { createMerchantTime } from '@/format/merchantTime'

const { minutesOfDay } = createMerchantTime('Asia/Shanghai', 'zh-CN')
const scale = dayScale({ from: '08:00', to: '22:00' })

function block(from: string, to: string, slotId = from): Block {
  return {
    slot_id: slotId,
    kind: 'free',
    starts_at: `2026-11-23T${from}:00+08:00`,
    ends_at: `2026-11-23T${to}:00+08:00`,
    title: '',
    subtitle: null,
    order_number: null,
    expires_at: null,
    places_taken: 0,
    capacity: 1,
  }
}

const layOut = (...blocks: Block[]) => layOutLane(blocks, scale, minutesOfDay)

describe('scale of the day [MC-01]', () => {
  it('opens to whole hours and marks every second one of a long day', () => {
    expect(dayScale({ from: '08:30', to: '21:30' })).toEqual({
      fromMinutes: 480,
      toMinutes: 1320,
      stepMinutes: 120,
    })
  })

  it('marks every hour of a short day', () => {
    expect(dayScale({ from: '09:00', to: '17:00' }).stepMinutes).toBe(60)
  })

  it('leaves out the hour that the label of now would cover', () => {
    const labels = hourMarks(scale, 632).map((mark) => mark.label)

    expect(labels).toEqual(['8:00', '12:00', '14:00', '16:00', '18:00', '20:00'])
  })

  it('has no line of now outside the opening hours', () => {
    expect(nowPosition(scale, 479)).toBeNull()
    expect(nowPosition(scale, 900)).toBe(50)
  })
})

describe('lane [MC-01]', () => {
  it('places a block by its start and length', () => {
    const { placed, rows } = layOut(block('10:00', '11:00'))

    expect(placed[0]?.left).toBeCloseTo((120 / 840) * 100)
    expect(placed[0]?.width).toBeCloseTo((60 / 840) * 100)
    expect(rows).toBe(1)
  })

  it('keeps blocks that touch in one row', () => {
    const { placed, rows } = layOut(block('11:00', '12:00'), block('10:00', '11:00'))

    expect(placed.map((one) => one.block.slot_id)).toEqual(['10:00', '11:00'])
    expect(rows).toBe(1)
  })

  it('puts overlapping blocks below each other and uses a row again', () => {
    const { placed, rows } = layOut(
      block('10:00', '12:00'),
      block('11:00', '13:00'),
      block('12:00', '13:00'),
    )

    expect(placed.map((one) => one.row)).toEqual([0, 1, 0])
    expect(rows).toBe(2)
  })

  it('cuts what reaches beyond the scale and drops what lies outside', () => {
    const { placed } = layOut(block('07:00', '09:00'), block('06:00', '08:00', 'early'))

    expect(placed).toHaveLength(1)
    expect(placed[0]?.left).toBe(0)
    expect(placed[0]?.width).toBeCloseTo((60 / 840) * 100)
  })

  it('shows one lunch break once, however many slots it closes', () => {
    const lunch = (from: string, to: string): Block => ({
      ...block(from, to),
      kind: 'break',
      title: '午休',
    })

    const { placed, closed, rows } = layOut(
      lunch('12:00', '13:00'),
      lunch('12:30', '14:00'),
      lunch('13:00', '14:00'),
      block('14:00', '15:00'),
    )

    expect(closed).toHaveLength(1)
    expect(closed[0]?.width).toBeCloseTo((120 / 840) * 100)
    expect(placed).toHaveLength(1)
    expect(rows).toBe(1)
  })

  it('keeps closed time of different reasons apart', () => {
    const { closed } = layOut(
      { ...block('12:00', '13:00'), kind: 'break', title: '午休' },
      { ...block('13:00', '14:00'), kind: 'closed', title: '关闭' },
    )

    expect(closed.map((one) => one.block.title)).toEqual(['午休', '关闭'])
  })

  it('has one row when nothing is in it', () => {
    expect(layOut().rows).toBe(1)
  })
})
