import type { Command } from 'commander'

/** A first word of the command line. */
export interface Word {
  /** As the help of the whole shows it. */
  readonly usage: string
  readonly summary: string
  /** What gives it its options, its help and its verbs, in the order of its help. */
  readonly load: () => Promise<readonly ((command: Command) => void)[]>
}

/**
 * Every first word, in the order of the help text: setting up, enrolling, using, looking after. The files behind a word are loaded when it is
 * said: to load them all takes longer than most commands.
 */
export const words: readonly Word[] = [
  {
    usage: 'init [options]',
    summary: 'make a data directory, its keys and, with --user, the first user',
    load: async () => [(await import('./server/init.ts')).initVerb],
  },
  {
    usage: 'serve [options]',
    summary: 'run the portal, the API and the forward proxy',
    load: async () => [(await import('./server/serve.ts')).serveVerb],
  },
  {
    usage: 'demo [options]',
    summary: 'see it work: a sample site, a relay, a terminal that never holds the password',
    load: async () => [(await import('./demo/index.ts')).demoVerb],
  },
  {
    usage: 'user',
    summary: 'people who sign in to the relay',
    load: async () => [(await import('./user/user.ts')).userVerbs, (await import('./user/user-invite.ts')).inviteVerbs],
  },
  {
    usage: 'device',
    summary: 'terminals, scripts and agents that may use the proxy',
    load: async () => [(await import('./device/device.ts')).deviceVerbs, (await import('./device/device-enroll.ts')).deviceEnrollVerb],
  },
  {
    usage: 'site',
    summary: 'business servers the relay signs in to',
    load: async () => [(await import('./site/site.ts')).siteVerbs],
  },
  {
    usage: 'account',
    summary: 'the accounts people have at sites',
    load: async () => [
      (await import('./account/account.ts')).accountVerbs,
      (await import('./account/account-credential.ts')).credentialVerbs,
      (await import('./account/account-register.ts')).registerVerb,
      (await import('./account/account-keep.ts')).keepVerb,
      (await import('./account/account-deny.ts')).denyVerb,
      (await import('./account/account-copies.ts')).copiesVerb,
    ],
  },
  {
    usage: 'adapter',
    summary: 'plugins that know how a kind of site signs in',
    load: async () => [(await import('./adapter/adapter.ts')).adapterVerbs],
  },
  {
    usage: 'grant',
    summary: 'accounts that people lend to each other',
    load: async () => [(await import('./grant/grant.ts')).grantVerbs],
  },
  {
    usage: 'group',
    summary: 'people that accounts can be lent to together',
    load: async () => [(await import('./grant/group.ts')).groupVerbs],
  },
  {
    usage: 'why [options] <USER> <ACCOUNT>',
    summary: 'say by which rule a person may use an account, or may not: ACCOUNT is OWNER/NAME',
    load: async () => [(await import('./grant/why.ts')).whyVerb],
  },
  {
    usage: 'captcha',
    summary: 'how captchas are read',
    load: async () => [(await import('./site/captcha.ts')).captchaVerbs],
  },
  {
    usage: 'login [options] <ACCOUNT>',
    summary: 'sign in now, with the steps as they happen',
    load: async () => [(await import('./session/login.ts')).loginVerb],
  },
  {
    usage: 'explain [options] <ACCOUNT>',
    summary: 'what was seen when a sign-in failed',
    load: async () => [(await import('./session/explain.ts')).explainVerb],
  },
  {
    usage: 'open [options] <ACCOUNT>',
    summary: 'print a handoff link: it opens the site signed in, once, within a short time',
    load: async () => [(await import('./session/open.ts')).openVerb],
  },
  {
    usage: 'claim [options] <LINK>',
    summary: 'redeem a handoff link, as `open` prints it, for cookies',
    load: async () => [(await import('./session/claim.ts')).claimVerb],
  },
  {
    usage: 'logout [options] <ACCOUNT>',
    summary: 'end the session here, and tell the site',
    load: async () => [(await import('./session/logout.ts')).logoutVerb],
  },
  {
    usage: 'run [options] <COMMAND...>',
    summary: 'run a command whose requests are signed in',
    load: async () => [(await import('./device/run.ts')).runVerb],
  },
  {
    usage: 'connect [options] [RELAY...]',
    summary: 'run the proxy of this terminal: to its relays over TLS, with its certificate and no password',
    load: async () => [(await import('./device/connect.ts')).connectVerb],
  },
  {
    usage: 'ca',
    summary: 'the certificate authority that terminals trust',
    load: async () => [(await import('./ca/ca.ts')).caVerbs],
  },
  {
    usage: 'vault',
    summary: 'the sealed secrets',
    load: async () => [(await import('./server/vault.ts')).vaultVerbs],
  },
  {
    usage: 'audit',
    summary: 'what was done with this relay',
    load: async () => [(await import('./server/audit.ts')).auditVerbs],
  },
  {
    usage: 'notice',
    summary: 'what people are told of what was done with what is theirs',
    load: async () => [(await import('./user/notice.ts')).noticeVerbs],
  },
  {
    usage: 'top [options]',
    summary: 'live connections, sessions and rates',
    load: async () => [(await import('./server/top.ts')).topVerb],
  },
  {
    usage: 'doctor [options]',
    summary: 'check the configuration, store, ports, trust, clock and sites',
    load: async () => [(await import('./server/doctor.ts')).doctorVerb],
  },
]
