import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { type Socket, connect } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type LabMailServer,
  type LabMailServerOptions,
  startLabMailServer,
} from '../../src/lab/lab-mail-server.ts'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function started(options: Partial<LabMailServerOptions> = {}): Promise<LabMailServer> {
  const server = await startLabMailServer({ hostname: 'mx.test', ...options })
  cleanups.push(() => server.close())
  return server
}

/** A client that reads replies one by one. */
class Client {
  readonly socket: Socket
  #received = ''
  #changed: () => void = () => undefined

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('error', () => undefined)
    socket.on('close', () => this.#changed())
    socket.on('data', (text: string) => {
      this.#received += text
      this.#changed()
    })
  }

  static async open(server: LabMailServer): Promise<Client> {
    const client = new Client(connect(server.port, server.address))
    cleanups.push(() => client.end())
    await client.reply()
    return client
  }

  /** The next reply; `closed` when the server ends the connection instead. */
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.#received)
      if (match !== null) {
        this.#received = this.#received.slice(match[0].length)
        return match[0].trim()
      }
      if (this.socket.closed) return 'closed'
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }

  async ask(text: string): Promise<string> {
    this.socket.write(`${text}\r\n`)
    return this.reply()
  }

  async end(): Promise<void> {
    this.socket.destroy()
    if (!this.socket.closed) await once(this.socket, 'close')
  }

  async greeted(): Promise<this> {
    await this.ask('EHLO client.test')
    return this
  }
}

async function sending(server: LabMailServer, recipient: string): Promise<Client> {
  const client = await (await Client.open(server)).greeted()
  await client.ask('MAIL FROM:<a@client.test> BODY=8BITMIME ENVID=q1')
  await client.ask(`RCPT TO:<${recipient}> NOTIFY=NEVER`)
  return client
}

describe('messages', () => {
  test('are kept in memory with their envelope', async () => {
    const server = await started()
    const client = await sending(server, 'b@mx.test')
    expect(await client.ask('DATA')).toMatch(/^354/)
    expect(await client.ask('Subject: 1\r\n\r\n..\r\n.')).toMatch(/^250/)
    await server.received(1)
    expect(server.messages).toMatchObject([
      {
        server: 'mx.test',
        sender: 'a@client.test',
        parameters: { BODY: '8BITMIME', ENVID: 'q1' },
        recipients: [{ address: 'b@mx.test', parameters: { NOTIFY: 'NEVER' } }],
        helloName: 'client.test',
        remoteAddress: '127.0.0.1',
        tls: false,
        size: 17,
        content: Buffer.from('Subject: 1\r\n\r\n.\r\n'),
      },
    ])
    expect(server.sessions).toBe(1)
  })

  test('go to a folder, whole or not at all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lab-'))
    cleanups.push(() => rm(folder, { recursive: true }))
    const server = await started({ folder: join(folder, 'in') })
    const content = Buffer.from(`${'x'.repeat(78)}\r\n`.repeat(20_000))
    const broken = await sending(server, 'b@mx.test')
    await broken.ask('DATA')
    broken.socket.write(content)
    await broken.end()
    const client = await sending(server, 'b@mx.test')
    await client.ask('DATA')
    client.socket.write(content)
    expect(await client.ask('.')).toMatch(/^250/)
    const sha256 = createHash('sha256').update(content).digest('hex')
    expect(server.messages).toMatchObject([{ size: content.length, sha256 }])
    const file = server.messages[0]?.file ?? ''
    expect(await readFile(file)).toEqual(content)
    expect(JSON.parse(await readFile(file.replace('.eml', '.json'), 'utf8'))).toMatchObject({
      sha256,
    })
    expect(await readdir(join(folder, 'in'))).toHaveLength(2)
  })

  test('only the latest are listed', async () => {
    const told: string[] = []
    const server = await started({ keepMessages: 2, onMessage: ({ sender }) => told.push(sender) })
    const client = await (await Client.open(server)).greeted()
    for (const sender of ['1@a.test', '2@a.test', '3@a.test']) {
      await client.ask(`MAIL FROM:<${sender}>`)
      await client.ask('RCPT TO:<b@mx.test>')
      await client.ask('DATA')
      await client.ask('x\r\n.')
    }
    expect(server.messages.map(({ sender }) => sender)).toEqual(['2@a.test', '3@a.test'])
    expect(server.messageCount).toBe(3)
    expect(told).toEqual(['1@a.test', '2@a.test', '3@a.test'])
  })

  test('over the size limit are refused', async () => {
    const server = await started({ maxMessageSize: 100 })
    const client = await sending(server, 'b@mx.test')
    await client.ask('DATA')
    expect(await client.ask(`${'x'.repeat(200)}\r\n.`)).toMatch(/^552/)
    expect(server.messageCount).toBe(0)
  })
})

describe('behaviours', () => {
  test.each([
    ['tempfail@mx.test', '451 4.3.0'],
    ['TempFail+1@mx.test', '451 4.3.0'],
    ['permfail@mx.test', '550 5.1.1'],
    ['permfails@mx.test', '250 '],
    ['somebody@mx.test', '250 '],
  ])('%s is answered %s', async (recipient, expected) => {
    const client = await (await Client.open(await started())).greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    expect(await client.ask(`RCPT TO:<${recipient}>`)).toContain(expected)
  })

  test('421@ is answered and the connection closed', async () => {
    const client = await (await Client.open(await started())).greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    expect(await client.ask('RCPT TO:<421@mx.test>')).toMatch(/^421/)
    expect(await client.reply()).toBe('closed')
  })

  test('greylist@ is taken the second time', async () => {
    const client = await (await Client.open(await started())).greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    expect(await client.ask('RCPT TO:<greylist@mx.test>')).toMatch(/^451/)
    expect(await client.ask('RCPT TO:<greylist+2@mx.test>')).toMatch(/^451/)
    expect(await client.ask('RCPT TO:<greylist@mx.test>')).toMatch(/^250/)
  })

  test('hang@ is not answered, slow@ late', async () => {
    const server = await started({ slowDelay: 100 })
    const slow = await (await Client.open(server)).greeted()
    await slow.ask('MAIL FROM:<a@client.test>')
    const begin = performance.now()
    expect(await slow.ask('RCPT TO:<slow@mx.test>')).toMatch(/^250/)
    expect(performance.now() - begin).toBeGreaterThan(90)
    const hang = await (await Client.open(server)).greeted()
    await hang.ask('MAIL FROM:<a@client.test>')
    const reply = hang.ask('RCPT TO:<hang@mx.test>')
    await server.close()
    expect(await reply).toBe('closed')
  })

  test('dropdata@ closes the connection in the content', async () => {
    const server = await started()
    const client = await sending(server, 'dropdata@mx.test')
    expect(await client.ask('DATA')).toMatch(/^354/)
    expect(await client.ask('x'.repeat(1000))).toBe('closed')
    expect(server.messageCount).toBe(0)
  })

  test('toolarge@ is refused after the content', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lab-'))
    cleanups.push(() => rm(folder, { recursive: true }))
    const client = await sending(await started({ folder }), 'toolarge@mx.test')
    await client.ask('DATA')
    expect(await client.ask('x\r\n.')).toMatch(/^552 5\.3\.4/)
    expect(await readdir(folder)).toEqual([])
  })
})

describe('TLS and authentication', () => {
  test('mail is taken from the user, over TLS', async () => {
    const server = await started({ auth: { userName: 'relay', password: 'secret' } })
    const client = await (await Client.open(server)).greeted()
    expect(await client.ask('MAIL FROM:<a@client.test>')).toMatch(/^530/)
    expect(await client.ask('STARTTLS')).toMatch(/^220/)
    client.socket.removeAllListeners('data')
    const socket = connectTls({
      socket: client.socket,
      ca: server.certificate,
      servername: 'mx.test',
    })
    await once(socket, 'secureConnect')
    const secure = await new Client(socket).greeted()
    const plain = (password: string) => Buffer.from(`\0relay\0${password}`).toString('base64')
    expect(await secure.ask(`AUTH PLAIN ${plain('wrong')}`)).toMatch(/^535/)
    expect(await secure.ask(`AUTH PLAIN ${plain('secret')}`)).toMatch(/^235/)
    await secure.ask('MAIL FROM:<a@client.test>')
    await secure.ask('RCPT TO:<b@mx.test>')
    await secure.ask('DATA')
    expect(await secure.ask('x\r\n.')).toMatch(/^250/)
    expect(server.messages).toMatchObject([{ userName: 'relay', tls: 'TLSv1.3' }])
  })

  test('a server without TLS does not offer it', async () => {
    const client = await Client.open(await started({ tls: 'None' }))
    const reply = await client.ask('EHLO client.test')
    expect(reply).not.toContain('STARTTLS')
    expect(reply).not.toContain('AUTH')
  })

  test('implicit TLS begins at once', async () => {
    const server = await started({ tls: 'Implicit' })
    const socket = connectTls({
      port: server.port,
      host: server.address,
      ca: server.certificate,
      servername: 'mx.test',
    })
    const client = new Client(socket)
    cleanups.push(() => client.end())
    expect(await client.reply()).toMatch(/^220 mx\.test/)
  })
})

test('open sessions are counted and cut by closing', async () => {
  const server = await started()
  const client = await Client.open(server)
  expect(server.openSessions).toBe(1)
  await server.close()
  expect(await client.reply()).toBe('closed')
  expect(server.openSessions).toBe(0)
})

test('a taken port is told with what to do', async () => {
  const { port } = await started()
  await expect(startLabMailServer({ hostname: 'mx2.test', port })).rejects.toThrow(
    `mx2.test cannot listen on 127.0.0.1:${port}: another program listens there`,
  )
})
