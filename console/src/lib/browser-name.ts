/** The browser and system out of a user agent, as far as a person needs it. */
export function browserName(agent: string): string {
  const browser = /(Edg|OPR|Firefox|HeadlessChrome|Chrome|Version)\/(\d+)/.exec(agent)
  if (!browser) return agent.split(' ')[0] ?? ''
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', Version: 'Safari', HeadlessChrome: 'Chrome' }
  const system = /Windows|Android|iPhone|iPad|Mac OS X|Linux/.exec(agent)?.[0]
  return [`${names[browser[1] ?? ''] ?? browser[1]} ${browser[2]}`, system].filter(Boolean).join(' · ')
}
