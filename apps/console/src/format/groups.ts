/** Long numbers in the groups in which people read them. */

/** `2611 2304 2178`: order numbers and transaction ids. */
export function groupsOfFour(number: string): string {
  return number.replace(/(\d{4})(?=\d)/g, '$1 ')
}

/** `138 0571 1208`; anything that is no mainland mobile number stays as it is. */
export function phoneGroups(phone: string): string {
  return phone.replace(/^(1\d{2})(\d{4})(\d{4})$/, '$1 $2 $3')
}
