/** The site's time zone: every time on every screen is said in it, as the platform's own sentences are, wherever the reader sits. */
let zone: string | undefined

export function setSiteZone(next: string): void {
  zone = next
}

/** Undefined before the platform has said it: then it is the browser's. */
export function siteZone(): string | undefined {
  return zone
}

const offsetOf = (timeZone: string | undefined, at: number) =>
  new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' }).formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? ''

/** "GMT+8" where this computer's clock shows another time than the site's; undefined where both agree. */
export function foreignOffset(at: number): string | undefined {
  const offset = offsetOf(zone, at)
  return offset === offsetOf(undefined, at) ? undefined : offset
}
