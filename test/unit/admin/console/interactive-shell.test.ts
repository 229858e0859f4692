import { expect, test } from 'vitest'
import { InteractiveShell } from '../../../../src/admin/console/interactive-shell.ts'
import { Keyboard } from '../../../../src/admin/console/keyboard.ts'
import { type LineHistory, noHistory } from '../../../../src/admin/console/line-history.ts'
import { TerminalHost } from '../../../../src/admin/console/terminal-host.ts'
import { FakeTerminal } from '../../../support/fake-terminal.ts'
import { testShell } from '../../../support/run-shell.ts'

/** A shell at a terminal in memory, with the pretended connectors. */
async function atTerminal(history: LineHistory = noHistory, columns = 80) {
  const terminal = new FakeTerminal(columns)
  const keyboard = new Keyboard(terminal.input, terminal.output)
  const shell = testShell()
  const host = new TerminalHost({ screen: terminal.output, keyboard, colour: false })
  const ended = new InteractiveShell({ shell, host, keyboard, history, prompt: 'PS>' }).run()
  await terminal.type('')
  const screen = () => terminal.shown
  return { terminal, shell, ended, screen, type: (keys: string) => terminal.type(keys) }
}

test('runs a line and asks for the next; Ctrl-D leaves and gives the terminal back', async () => {
  const { terminal, type, ended, screen } = await atTerminal()
  await type('Write-Host hello\r')
  expect(screen()).toBe('PS> Write-Host hello\nhello\nPS> ')
  expect(terminal.rawModes).toEqual([true])
  await type('\x04')
  expect(await ended).toBe(0)
  expect(terminal.rawModes).toEqual([true, false])
})

test('one key shows the next page, and is no part of the next command', async () => {
  const { type, screen } = await atTerminal()
  await type('1..50 | more\rWrite')
  expect(screen()).toMatch(/\n23\n-- More -- .*\)$/)
  await type(' ')
  expect(screen()).toMatch(/\n46\n-- More -- .*\)$/)
  await type('\x1b[B')
  expect(screen()).toMatch(/PS> Write$/)
  await type('-Host x\r1..50 | more\r')
  await type('\x03')
  expect(screen()).toMatch(/PS> $/)
})

test('exit leaves with its code', async () => {
  const { type, ended } = await atTerminal()
  await type('exit 3\r')
  expect(await ended).toBe(3)
})

test('a line that is not complete goes on in the next', async () => {
  const { type, shell, screen } = await atTerminal()
  await type('Get-SendConnector |\r')
  expect(screen()).toMatch(/\n>> $/)
  await type('% Name\r')
  expect(screen()).toMatch(/>> % Name\nTo Internet\nTo Internal Org\nPS> $/)
  expect(shell.session.history.map(({ line }) => line)).toEqual(['Get-SendConnector |\n% Name'])
})

test('pasted lines run one after the other, each behind its prompt', async () => {
  const { type, screen } = await atTerminal()
  await type('Write-Host 1\r\nWrite-Host 2\nGet-SendConnector |\r% Name\rWrite-Host 3')
  expect(screen()).toBe(
    'PS> Write-Host 1\n1\nPS> Write-Host 2\n2\n' +
      'PS> Get-SendConnector |\n>> % Name\nTo Internet\nTo Internal Org\nPS> Write-Host 3',
  )
})

test('Ctrl-C clears a line, and a command begun over several', async () => {
  const { type, screen } = await atTerminal()
  await type('Write-Host no\x03')
  await type('1 |\r\x03')
  await type('Write-Host yes\r')
  expect(screen()).toBe('PS> Write-Host no^C\nPS> 1 |\n>> ^C\nPS> Write-Host yes\nyes\nPS> ')
})

test('Ctrl-C stops the command that runs, and drops what was typed before it', async () => {
  const { type, screen } = await atTerminal()
  await type('Get-Number | Out-Null\r')
  expect(screen()).toMatch(/Out-Null\n$/)
  await type('Write-Host dropped\r')
  await type('\x03Write-Host kept\r')
  expect(screen()).toBe('PS> Get-Number | Out-Null\n^C\nPS> Write-Host kept\nkept\nPS> ')
})

test('a password is not shown, and a pasted command is not taken for it', async () => {
  const { type, screen, shell } = await atTerminal()
  await type('$c = Get-Credential\rWrite-Host pasted\r')
  expect(screen()).toMatch(/User name: $/)
  await type('bob\r')
  await type('secr\x7fret\r')
  expect(screen()).toBe(
    'PS> $c = Get-Credential\nUser name: bob\nPassword for user bob: \nPS> Write-Host pasted\npasted\nPS> ',
  )
  expect(shell.session.variable('c')).toMatchObject({ userName: 'bob' })
})

test('Ctrl-C at a question stops the command', async () => {
  const { type, screen } = await atTerminal()
  await type('Remove-SendConnector "To Internet"\r')
  expect(screen()).toMatch(/\(default is "Y"\): $/)
  await type('\x03')
  await type('Get-SendConnector | % Name\r')
  expect(screen()).toMatch(
    /\^C\nPS> Get-SendConnector \| % Name\nTo Internet\nTo Internal Org\nPS> $/,
  )
})

test('Tab puts the only candidate in, and goes on to where candidates differ', async () => {
  const { type, screen } = await atTerminal()
  await type('get-numb\t')
  await type('-fr\t')
  expect(screen()).toMatch(/PS> Get-Number -From $/)
  await type('\x03')
  await type('new-sendconnector -usage inter\t')
  expect(screen()).toMatch(/PS> new-sendconnector -usage Intern$/)
})

test('keys behind a Tab wait for what it puts in', async () => {
  const { type, screen } = await atTerminal()
  await type("Get-SendConnector 'To Interna\t | % Name\rWrite-Host 2\r")
  expect(screen()).toMatch(/\nTo Internal Org\nPS> Write-Host 2\n2\nPS> $/)
})

test('Tab shows the candidates where it cannot go on, in the width there is', async () => {
  const { terminal, type, screen } = await atTerminal(noHistory, 40)
  await type('New-SendConnector -smart\t')
  await type('\t')
  const menu = screen().split('\n')
  expect(menu.at(-3)).toBe('  -SmartHosts              The serve...')
  expect(menu.at(-2)).toBe('  -SmartHostAuthMechanism  How it pr...')
  expect(menu.at(-1)).toBe('PS> New-SendConnector -SmartHost')
  terminal.output.columns = 60
  await type('\t')
  expect(screen()).toContain('  -SmartHosts              The servers it sends to.\n')
})

test('Tab completes in the later lines of a command', async () => {
  const { type, screen } = await atTerminal()
  await type('Get-SendConnector |\r')
  await type('Sort-Object Add\t')
  expect(screen()).toMatch(/>> Sort-Object AddressSpaces$/)
})

test('the arrow keys bring earlier lines, of earlier sessions as well', async () => {
  const history: LineHistory = { ...noHistory, load: () => Promise.resolve(['first', 'second']) }
  const { type, screen } = await atTerminal(history)
  await type('\x1b[A')
  expect(screen()).toMatch(/second$/)
  await type('\x1b[A')
  expect(screen()).toMatch(/first$/)
})
