/** Small values that outlive the app, in the device's storage. */
export function readStored<Value>(name: string): Value | undefined {
  const kept: unknown = uni.getStorageSync(name)
  return kept === '' || kept === undefined || kept === null ? undefined : (kept as Value)
}

export function writeStored(name: string, value: unknown): void {
  try {
    if (value === undefined) uni.removeStorageSync(name)
    else uni.setStorageSync(name, value)
  } catch {
    // A full or forbidden store must not stop a booking: the server keeps everything that matters.
  }
}

export function storedNames(prefix: string): string[] {
  return uni.getStorageInfoSync().keys.filter((name) => name.startsWith(prefix))
}
