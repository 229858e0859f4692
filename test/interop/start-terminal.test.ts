import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { edgeConfig, smartHost } from '../support/relay-config.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { Terminal, keys } from './terminal.ts'

const address = '127.0.125.1'

/** `npm start` on a terminal of 80 columns. */
async function started(): Promise<Terminal> {
  const home = await tempFolder()
  const config = join(home, 'server.yaml')
  const nowhere = smartHost('*', { address: '127.0.125.9', port: 25 })
  await writeFile(config, edgeConfig({ address, sendConnectors: nowhere }))
  const where = ['--config', config, '--data', join(home, 'data')]
  const terminal = new Terminal(['npm', 'start', '--', ...where], { env: { NO_COLOR: '1' } })
  await terminal.shows(/^ *25 +127\.0\.125\.1 +STARTTLS +Transport/m)
  return terminal
}

test('a terminal shows what becomes of a message, in words that fit it, and Ctrl-C ends well', async () => {
  await using terminal = await started()
  await using peer = await SmtpPeer.greeted({ host: address, port: 25 })
  const message = { from: 'a@b.test', to: ['x@contoso.test'], content: plainMessage('shown') }
  expect((await submit(peer, message)).at(-1)).toMatch(/^250 2\.6\.0 /)
  await peer.command('QUIT')
  const shown = await terminal.shows(/go into Retry/)
  expect(shown).toMatch(
    /^\d\d:\d\d:\d\d Transport: message 1 accepted from <a@b\.test> to <x@contoso\.test>:\n {9}shown$/m,
  )
  const lines = shown.split('\n').filter((line) => /^\d\d:\d\d:\d\d| {9}/.test(line))
  expect(lines.filter((line) => line.length > 80 || line.includes('{'))).toEqual([])
  terminal.type(keys.interrupt)
  expect(await terminal.ended()).toBe(0)
})

test('Ctrl-C pressed twice at once lets a message in hand end', async () => {
  await using terminal = await started()
  await using peer = await SmtpPeer.greeted({ host: address, port: 25 })
  await peer.command('MAIL FROM:<a@b.test>')
  await peer.command('RCPT TO:<x@contoso.test>')
  await peer.command('DATA')
  terminal.type(keys.interrupt)
  await terminal.shows(/drains/)
  terminal.type(keys.interrupt)
  await terminal.shows(/Ctrl-C again ends at once/)
  expect(await peer.command(`${plainMessage('in hand')}.`)).toMatch(/^250 2\.6\.0 /)
  expect(await terminal.ended()).toBe(0)
})
