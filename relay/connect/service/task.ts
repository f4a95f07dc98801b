import { escaped } from './xml-text.ts'

/**
 * A task of Windows' Task Scheduler (Task Scheduler schema) that starts when this person signs in. Not the options of `schtasks` alone: a task
 * made by those starts at anybody's sign-in, which takes an administrator, and ends after three days or when the machine runs on battery.
 * In UTF-16 with its mark, as `schtasks` writes tasks itself.
 */
export function logonTask(user: string, command: readonly string[]): Buffer {
  const [program = '', ...words] = command
  const text = `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>login-relay connect: the proxy of this terminal</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <UserId>${escaped(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${escaped(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${escaped(program)}</Command>
      <Arguments>${escaped(words.map(quoted).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`
  return Buffer.from(`\ufeff${text}`, 'utf16le')
}

/** A word of a Windows command line: backslashes count as themselves but in front of a quotation mark. */
function quoted(word: string): string {
  return `"${word.replace(/(\\*)("|$)/g, (_, slashes: string, mark: string) => slashes + slashes + (mark === '' ? '' : `\\${mark}`))}"`
}
