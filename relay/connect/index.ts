/**
 * Connect: the program on a terminal that leads its traffic to the relays it is enrolled at, over TLS by which both sides prove themselves. It
 * knows which relay is there, and goes over to the next where one is not.
 *
 * Refuses: a relay that the CA of its enrolment does not vouch for; to listen where another machine could reach it; requests of pages to
 * itself. Holds the device's key, which never leaves it, and no password. Needs nothing of a relay's house: it runs where none is.
 */
export { certificateRequest } from './certificate-request.ts'
export { Copies, type SessionCopy } from './copies.ts'
export { type Connect, type ConnectOptions, type ConnectState, createConnect } from './create-connect.ts'
export { desktopOf, giveBack, reasonOf, systemRun, takeOver } from './desktop/index.ts'
export { connectFolder, type Enrolment, Enrolments } from './enrolments.ts'
export { findRunningConnect } from './running-connect.ts'
export { serviceManager } from './service/index.ts'
