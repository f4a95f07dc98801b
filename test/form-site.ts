/** A site at this origin on this machine as it is enrolled without a probe: its sign-in form is at `/login`. */
export function formSite(origin: string) {
  return { id: 'erp', origins: [origin], loginUrl: `${origin}/login`, adapter: 'form', settings: {}, delivery: 'attach', networks: ['loopback'] } as const
}
