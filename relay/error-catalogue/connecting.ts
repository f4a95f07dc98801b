import type { ErrorRow } from './row.ts'

/** Of the program on a terminal that leads to its relays. */
export const connectingErrors = {
  relay_unreachable: {
    status: 503,
    exit: 1,
    text: 'The relay at {address} does not answer.',
    next: 'See that it runs and that its TLS listener (`proxy.tlsListen`) can be reached from here.',
  },
  relay_untrusted: {
    status: 502,
    exit: 1,
    text: 'Who answers at {address} is not the relay this device is enrolled at: its certificate does not hold ({reason}). Nothing was sent to it.',
    next: 'If the relay has got another CA, enrol anew: `login-relay device enroll --connect`. If not, somebody stands between.',
  },
  relays_unreachable: {
    status: 503,
    exit: 1,
    text: 'None of the relays can be used now.',
    next: '`login-relay connect status` says what is wrong with each.',
  },
  connect_folder_damaged: {
    status: 500,
    exit: 1,
    text: 'The file {file} cannot be read as what `device enroll --connect` writes.',
    next: 'Move it away and enrol anew.',
  },
  connect_not_running: {
    status: 503,
    exit: 1,
    text: 'The program `login-relay connect` does not run for this person.',
    next: 'Start it with `login-relay connect`, or have it start by itself: `login-relay connect --install-service`.',
  },
  desktop_unknown: {
    status: 500,
    exit: 1,
    text: 'The proxy settings of this desktop could not be set: {reason}.',
    next: 'Run it from a session of the desktop: GNOME (`gsettings`), macOS (`networksetup`) or Windows (`reg`). Elsewhere leave out --system, and give the browser the PAC file {url} by hand.',
  },
  service_unknown: {
    status: 500,
    exit: 1,
    text: 'A service needs systemd, launchd or the Task Scheduler of the person who runs it: {reason}.',
    next: 'Have `login-relay connect` started at sign-in by what this system has for it.',
  },
  not_enrolled: {
    status: 400,
    exit: 1,
    text: 'This client is enrolled at {what}.',
    next: 'Enrol it: `login-relay device enroll --connect`.',
  },
} as const satisfies Record<string, ErrorRow>
