/** Pictures come with the server's path; mini-programs need the whole address. */
import { platform } from '@/platform'

export function pictureUrl(url: string): string {
  return url.startsWith('/') ? platform.apiBase() + url : url
}
