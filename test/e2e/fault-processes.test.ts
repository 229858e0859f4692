import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { openMailbox, mailboxPorts } from '../support/open-mailbox.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { until } from '../support/until.ts'

const relayAddress = '127.0.151.1'
const hostAddress = '127.0.151.2'
const half = `Subject: half\r\n\r\n${'half a message\r\n'.repeat(20_000)}`

async function start() {
  const host = await startLabMailServer({ hostname: 'mail.inside.test', address: hostAddress })
  const config = openMailbox({ address: relayAddress, smartHost: host })
  return { host, config, relay: await RelayProcess.start({ config }) }
}

/** A client in the middle of its content. */
async function inContent(port: number): Promise<SmtpPeer> {
  const peer = await SmtpPeer.greeted({ host: relayAddress, port })
  await peer.command('MAIL FROM:<ana@lucerne.example>')
  await peer.command('RCPT TO:<user@inside.test>')
  expect(await peer.command('DATA')).toMatch(/^354/)
  await new Promise((resolve) => peer.socket.write(half, resolve))
  return peer
}

async function sendOne(port: number): Promise<string> {
  await using peer = await inContent(port)
  return await peer.command('.')
}

test('a Transport service that is killed in a message leaves a 451 to the client, never a 250', async () => {
  const { host, relay: started } = await start()
  await using _host = host
  await using relay = started
  await using peer = await inContent(mailboxPorts.frontEnd)
  const seen = relay.lineCount
  process.kill(relay.servicePid('Transport'), 'SIGKILL')
  expect(await peer.command('more', '.')).toMatch(/^451 4\.7\.0/)
  await relay.logged((line) => line.service === 'Transport' && line.msg.endsWith('listens'), seen)
  expect(await sendOne(mailboxPorts.frontEnd)).toMatch(/^250 2\.6\.0/)
  await host.received(1)
  expect(host.messageCount).toBe(1)
})

test('a Front End Transport service that is killed in a message leaves nothing of it', async () => {
  const { host, relay: started } = await start()
  await using _host = host
  await using relay = started
  await using peer = await inContent(mailboxPorts.frontEnd)
  const seen = relay.lineCount
  process.kill(relay.servicePid('FrontendTransport'), 'SIGKILL')
  expect(await peer.closed()).toBe('')
  const again = (line: { service: string; msg: string }) =>
    line.service === 'FrontendTransport' && line.msg.endsWith('listens')
  await relay.logged(again, seen)
  expect(await sendOne(mailboxPorts.frontEnd)).toMatch(/^250 2\.6\.0/)
  await host.received(1)
  expect(host.messageCount).toBe(1)
})

test('without their supervisor the services free their ports at once and end the message in hand', async () => {
  const { host, config, relay } = await start()
  await using _host = host
  await using peer = await inContent(mailboxPorts.frontEnd)
  const services = [relay.servicePid('Transport'), relay.servicePid('FrontendTransport')]
  await relay.stop('SIGKILL')
  const second = await RelayProcess.start({ config })
  expect(await peer.command('.')).toMatch(/^250 2\.6\.0/)
  expect(await peer.reply()).toMatch(/^421 4\.3\.2/)
  await until(() => !services.some(isAlive))
  await second[Symbol.asyncDispose]()
  await using _again = await RelayProcess.start({ config, folder: relay.folder })
  await host.received(1)
})

test('SIGTERM tells idle clients, takes the message in hand and ends with code 0', async () => {
  const { host, relay: started } = await start()
  await using _host = host
  await using relay = started
  await using busy = await inContent(mailboxPorts.frontEnd)
  await using idle = await SmtpPeer.greeted({ host: relayAddress, port: mailboxPorts.frontEnd })
  const ended = relay.stop('SIGTERM')
  expect(await idle.reply()).toMatch(/^421 4\.3\.2/)
  expect(await busy.command('.')).toMatch(/^250 2\.6\.0/)
  expect(await ended).toBe(0)
})

test('SIGHUP under load loses no session', async () => {
  const { host, relay: started } = await start()
  await using _host = host
  await using relay = started
  const load = Array.from({ length: 5 }, async () => {
    const answers: string[] = []
    for (let number = 0; number < 20; number++) answers.push(await sendOne(mailboxPorts.frontEnd))
    return answers
  })
  for (let times = 0; times < 20; times++) {
    relay.kill('SIGHUP')
    await delay(20)
  }
  const answers = (await Promise.all(load)).flat()
  expect(answers.filter((answer) => !answer.startsWith('250 2.6.0'))).toEqual([])
  await host.received(answers.length)
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
