/** Pictures come with the server's path; what shows them needs the whole address. */
import { platform } from '@/platform'

export function pictureUrl(url: string): string {
  return url.startsWith('/') ? platform.pictureBase() + url : url
}
