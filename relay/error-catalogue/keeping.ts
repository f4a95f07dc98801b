import type { ErrorRow } from './row.ts'

/** Of the configuration, the data directory, the store, the audit and the vault. */
export const keepingErrors = {
  config_invalid: { status: 500, exit: 2, text: '{file}:{line}: {key}: {problem}.', next: 'Correct that line; docs/configuration.md lists every key.' },
  config_variable_invalid: {
    status: 500,
    exit: 2,
    text: 'The environment variable {variable}: {problem}.',
    next: 'Correct or unset it; docs/configuration.md lists every variable.',
  },
  config_unreadable: {
    status: 500,
    exit: 2,
    text: 'The configuration {file} cannot be read.',
    next: 'Check the path and its permissions, or run `login-relay init`.',
  },
  data_unwritable: { status: 500, exit: 1, text: 'The data directory {dir} cannot be written.', next: 'Check who owns it and that the disk is not full.' },
  audit_unwritable: {
    status: 503,
    exit: 1,
    text: 'It was not done: the record of it could not be written.',
    next: "Tell the person who runs this relay: the disk of its data directory is full, or cannot be written. The relay's log says which.",
  },
  data_missing: { status: 500, exit: 1, text: 'The data directory {dir} holds no relay.', next: 'Run `login-relay init --data {dir} --user NAME` first.' },
  data_in_use: {
    status: 409,
    exit: 1,
    text: 'Another process uses the data directory {dir}.',
    next: 'Stop it first, or let the running server do this: most commands reach it by themselves.',
  },
  store_damaged: {
    status: 500,
    exit: 1,
    text: "The store file {file} is damaged or is not a relay's store.",
    next: 'It was left untouched. Restore it from a backup, or move it away to begin anew.',
  },
  store_newer: {
    status: 500,
    exit: 1,
    text: 'The store file {file} was written by a newer login-relay.',
    next: 'It was left untouched. Start the version that wrote it, or a later one.',
  },
  store_conflict: { status: 409, exit: 1, text: 'The record was changed by someone else meanwhile.', next: 'Read it again and repeat the change.' },
  vault_wrong_key: {
    status: 500,
    exit: 1,
    text: 'The master key does not open this vault.',
    next: 'Provide the key that this data directory was made with; nothing was changed.',
  },
  vault_key_missing: { status: 500, exit: 1, text: 'The master key is missing.', next: 'Provide it as the configuration says ({source}).' },
  vault_key_unreadable: {
    status: 500,
    exit: 1,
    text: 'The master key file {file} cannot be read.',
    next: 'Check the path and its permissions; the relay must own it.',
  },
  vault_key_exposed: {
    status: 500,
    exit: 1,
    text: 'The master key file {file} can be read by others on this machine.',
    next: 'Make it private with `chmod 600`; if others may have read it, rotate the key then.',
  },
  vault_key_unfit: { status: 500, exit: 1, text: 'The master key from {source} is not 32 bytes in base64.', next: 'Make one with `openssl rand -base64 32`.' },
  vault_next_key_missing: {
    status: 400,
    exit: 2,
    text: 'The master key comes from the environment, and {variable} does not bring another one.',
    next: 'Start the relay with the new key in {variable}, rotate, then start it with the new key in place of the old one.',
  },
  vault_record_damaged: {
    status: 500,
    exit: 1,
    text: 'A sealed record does not open: it was changed, moved or cut.',
    next: 'Restore the data directory from a backup.',
  },
  secret_refused: {
    status: 403,
    exit: 1,
    text: 'A secret was about to leave for a place it is not enrolled for, so it stayed.',
    next: 'If the site moved, enrol its new address with `login-relay site add`.',
  },
  transform_unfit: {
    status: 502,
    exit: 1,
    text: 'What the site makes of the password before it is sent cannot be done: {reason}.',
    next: 'Hold the transform in the settings of the site against what its page does now (docs/adapters.md).',
  },
  totp_unfit: {
    status: 400,
    exit: 2,
    text: 'That is no key for one-time codes: {reason}.',
    next: 'Give the otpauth:// address of the QR code, or the key in letters and digits that the site shows beside it.',
  },
} as const satisfies Record<string, ErrorRow>
