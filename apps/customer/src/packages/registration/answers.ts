/** Checks answers against the form: the same rules that the server applies again. */
import { checkEmail, checkIdNumber, checkPhone, type RuleResult } from '@shunyue/rules'
import type { Answer, Form, FormField } from '@shunyue/api-client'
import { phoneSentence } from '@/format/phone'
import { recordOf } from '@/format/record'
import { t, type CopyKey } from '@/locales'

const RULES: Partial<Record<FormField['type'], (input: string) => RuleResult>> = {
  phone: checkPhone,
  id_number: checkIdNumber,
  email: checkEmail,
}
const PHONE_LENGTH = 11
const ID_LENGTH = 18

export function isEmpty(value: Answer | undefined): boolean {
  if (value === undefined || value === null || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return String(value).trim() === ''
}

/** The sentence under the field; empty when the answer can stay. */
export function troubleWith(field: FormField, value: Answer | undefined): string {
  if (isEmpty(value)) return field.required ? requiredSentence(field) : ''
  const text = String(value)
  const refusal = RULES[field.type]?.(text).error
  if (refusal === 'invalid_phone') return phoneSentence(text)
  if (refusal) return t(`rule.${refusal}` as CopyKey)
  if (field.type === 'number' && !/^\d+(\.\d+)?$/.test(text.trim())) return t('rule.not_a_number')
  if (field.max_length !== null && text.length > field.max_length)
    return t('rule.too_long', { count: field.max_length })
  return ''
}

/** True when the text has its full length: then a fault is certain before the field is left. */
export function isComplete(field: FormField, value: Answer | undefined): boolean {
  const length = String(value ?? '').replace(/[\s-]/g, '').length
  if (field.type === 'phone') return length >= PHONE_LENGTH
  return field.type === 'id_number' && length >= ID_LENGTH
}

export function isGood(field: FormField, value: Answer | undefined): boolean {
  return !isEmpty(value) && troubleWith(field, value) === ''
}

/** Everything that is wrong, in the order of the form. */
export function troublesOf(form: Form, answers: Record<string, Answer>): Map<string, string> {
  const found = form.fields.map((field) => [field.key, troubleWith(field, answers[field.key])] as const)
  return new Map(found.filter(([, trouble]) => trouble !== ''))
}

/** What is sent: normalised, without empty answers. */
export function answersToSend(form: Form, answers: Record<string, Answer>): Record<string, Answer> {
  const filled = form.fields.filter((field) => !isEmpty(answers[field.key]))
  return recordOf(filled.map((field) => [field.key, normalized(field, answers[field.key] as Answer)] as const))
}

function normalized(field: FormField, value: Answer): Answer {
  if (typeof value !== 'string') return value
  return RULES[field.type]?.(value).normalized ?? value.trim()
}

function requiredSentence(field: FormField): string {
  const isChoice = field.type === 'single_choice' || field.type === 'multiple_choice'
  if (field.type === 'agreement') return t('rule.agreement')
  return t(isChoice ? 'rule.choose' : 'rule.required', { label: field.label })
}
