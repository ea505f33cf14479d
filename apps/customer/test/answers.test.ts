/** Checking and sending the answers of a form. */
import { answersToSend, isComplete, troublesOf, troubleWith } from '@/packages/registration/answers'
import { makeField } from './builders/contract'

const phone = makeField({ key: 'phone', type: 'phone', label: '手机号' })
const idNumber = makeField({ key: 'id_number', type: 'id_number', label: '身份证号' })
const email = makeField({ key: 'email', type: 'email', label: '邮箱', required: false })
const choice = makeField({ key: 'experience', type: 'single_choice', label: '练习经验' })
const agreement = makeField({ key: 'agree', type: 'agreement', label: '同意' })
const form = { id: 'f', version: 1, title: '', fields: [phone, idNumber, email, choice, agreement] }

describe('[RG-03] live validation', () => {
  it('uses the fixed sentences', () => {
    expect(troubleWith(phone, '1380571246')).toBe('请输入 11 位有效手机号（还差 1 位）')
    expect(troubleWith(phone, '12805711246')).toBe('请输入 11 位有效手机号')
    expect(troubleWith(idNumber, '330106199003074210')).toBe('请输入有效身份证号')
    expect(troubleWith(email, 'a@b')).toBe('请输入正确邮箱地址')
  })

  it('accepts what people really type', () => {
    expect(troubleWith(phone, '+86 138-0571-1246')).toBe('')
    expect(troubleWith(idNumber, '11010519491231002x')).toBe('')
    expect(troubleWith(email, '')).toBe('')
  })

  it('is certain before leaving only when the text has its full length', () => {
    expect(isComplete(phone, '138 0571 124')).toBe(false)
    expect(isComplete(phone, '128 0571 1246')).toBe(true)
  })

  it('refuses too long a text with its limit', () => {
    expect(troubleWith(makeField({ key: 'needs', max_length: 3 }), '四个字啊')).toBe('最多 3 个字')
  })
})

describe('[RG-10] complete check', () => {
  it('finds everything that is missing, in the order of the form', () => {
    expect([...troublesOf(form, { phone: '13805711246' }).keys()]).toEqual(['id_number', 'experience', 'agree'])
  })

  it('sends normalised answers and leaves empty ones out', () => {
    const answers = {
      phone: '１３８ 0571 1246',
      id_number: '11010519491231002x',
      email: ' ',
      experience: 'some',
      agree: true,
    }

    expect(answersToSend(form, answers)).toEqual({
      phone: '13805711246',
      id_number: '11010519491231002X',
      experience: 'some',
      agree: true,
    })
  })
})
