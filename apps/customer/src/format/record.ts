/** Object.fromEntries for engines of 2018, which the oldest supported phones have. */
export function recordOf<Value>(pairs: Iterable<readonly [string, Value]>): Record<string, Value> {
  const record: Record<string, Value> = {}
  for (const [key, value] of pairs) record[key] = value
  return record
}
