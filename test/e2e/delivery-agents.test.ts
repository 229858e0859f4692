import { once } from 'node:events'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { trustingEdge } from '../support/trusting-edge.ts'
import { until } from '../support/until.ts'

const address = '127.0.165.1'
const port = 10025
const endpointAt = { host: '127.0.165.2', port: 8080 }
const url = `http://${endpointAt.host}:${endpointAt.port}/in`

function start(connectors: readonly object[]): Promise<RelayProcess> {
  const edge: unknown = parse(
    trustingEdge({
      address,
      port,
      sendConnectors: [],
      transportService: {
        QueueGlitchRetryInterval: '00:00:01',
        QueueGlitchRetryCount: 15,
        MessageRetryInterval: '00:00:01',
      },
    }),
  )
  const config = stringify({ ...(edge as object), DeliveryAgentConnectors: connectors })
  return RelayProcess.start({ config, services: ['Transport'] })
}

const toApp = {
  Name: 'App',
  AddressSpaces: 'app.example',
  DeliveryProtocol: 'http-post',
  Settings: { Url: url, TimeLimit: '00:00:01' },
}

type Answer = (response: http.ServerResponse) => void

/** An endpoint that keeps what it is sent, and answers as it is told last. */
async function endpoint(first: Answer) {
  const received: { readonly to: unknown; readonly body: string }[] = []
  let answer = first
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({
        to: request.headers['x-envelope-to'],
        body: Buffer.concat(chunks).toString(),
      })
      answer(response)
    })
  })
  server.listen(endpointAt.port, endpointAt.host)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    received,
    answerWith: (next: Answer) => {
      answer = next
    },
  }
}

const status =
  (code: number, headers: http.OutgoingHttpHeaders = {}) =>
  (response: http.ServerResponse) => {
    response.writeHead(code, headers).end(`said with ${code}`)
  }
const hanging = () => undefined

async function send(to: string, subject: string): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  const content = plainMessage(subject)
  const replies = await submit(peer, { from: 'ana@home.example', to: [to], content })
  expect(replies.at(-1)).toMatch(/^250 2\.6\.0 /)
}

/** What a line of the management shell prints. */
async function shell(relay: RelayProcess, line: string): Promise<string> {
  const places = ['-Config', join(relay.folder, 'server.yaml'), '-Data', relay.dataFolder]
  const { stdout, stderr } = await runEdge(['shell', '-NoColor', ...places, '-Command', line])
  expect(stderr).toBe('')
  return stdout.trim()
}

const queueLine =
  'Get-Queue | Where-Object {$_.MessageCount -gt 0} | ForEach-Object { "$($_.DeliveryType) $($_.NextHopDomain) $($_.Status) $($_.LastError)" }'

test('http-post delivers through 500, 429 with Retry-After and silence, and tells each on the way', async () => {
  const { received, answerWith } = await endpoint(status(500))
  await using relay = await start([toApp])
  await send('a@app.example', 'persistent')
  await until(() => received.length > 0)
  answerWith(status(429, { 'Retry-After': '3600' }))
  await until(async () => (await shell(relay, queueLine)).includes('429'), 200)
  expect(await shell(relay, queueLine)).toBe(
    'DeliveryAgent app.example Retry 451 4.4.0 HTTP 429 Too Many Requests: said with 429',
  )
  expect(await shell(relay, 'Get-Message | ForEach-Object { $_.LastError }')).toBe(
    '451 4.4.0 HTTP 429 Too Many Requests: said with 429',
  )
  const wait =
    'Get-Queue | Where-Object {$_.MessageCount -gt 0} | ForEach-Object { [string]($_.NextRetryTime - $_.LastRetryTime) }'
  expect(await shell(relay, wait)).toBe('01:00:00')
  answerWith(hanging)
  await shell(
    relay,
    'Get-Queue | Where-Object {$_.MessageCount -gt 0} | Retry-Queue -Confirm:$false',
  )
  const silence = `451 4.4.1 ${endpointAt.host}:${endpointAt.port}: no answer within 1 s`
  await until(async () => (await shell(relay, queueLine)).includes(silence), 200)
  answerWith(status(200))
  await until(async () => (await shell(relay, 'Get-Message')) === '', 200)
  expect(received.every(({ to }) => to === 'a@app.example')).toBe(true)
  expect(received.at(-1)?.body).toContain('\r\n\r\nthe body of persistent\r\n')
  const tracked =
    'Get-MessageTrackingLog | Where-Object { $_.EventId -ne "RECEIVE" } | ForEach-Object { "$($_.Source) $($_.EventId) $($_.ConnectorId) $($_.RecipientStatus)" }'
  const lines = (await shell(relay, tracked)).split('\n')
  expect(lines[0]).toBe('AGENT DEFER App 451 4.3.0 HTTP 500 Internal Server Error: said with 500')
  expect(lines.at(-1)).toBe('AGENT SEND App 250 2.0.0 HTTP 200 OK')
  const connectivity = join(relay.dataFolder, 'logs', 'Edge', 'Connectivity')
  const [log = ''] = await readdir(connectivity)
  expect(await readFile(join(connectivity, log), 'utf8')).toMatch(
    /,AGENT,app\.example,\+,DeliveryAgent App\r\n/,
  )
})

test('what the endpoint refuses comes back to the sender, with its words', async () => {
  const { received } = await endpoint(status(422))
  await using relay = await start([
    toApp,
    {
      Name: 'Home',
      AddressSpaces: 'home.example',
      DeliveryProtocol: 'maildir',
      Settings: { Path: 'home' },
    },
  ])
  await send('a@app.example', 'refused')
  const box = join(relay.dataFolder, 'home', 'new')
  await until(async () => (await readdir(box).catch(() => [])).length === 1)
  const [file = ''] = await readdir(box)
  const report = await readFile(join(box, file), 'utf8')
  expect(received).toHaveLength(1)
  expect(report).toMatch(/^Return-Path: <>\nDelivered-To: ana@home\.example\n/)
  expect(report.replaceAll('=\n', '')).toContain('HTTP 422 Unprocessable Entity: said with 422')
})

test('a cmdlet makes the connector on the running server', async () => {
  await using relay = await start([])
  await send('x@archive.example', 'archived')
  await shell(
    relay,
    'New-DeliveryAgentConnector Archive -AddressSpaces archive.example -DeliveryProtocol maildir -Settings @{Path="archive"}',
  )
  const box = join(relay.dataFolder, 'archive', 'new')
  await until(async () => (await readdir(box).catch(() => [])).length === 1)
  const route =
    'Test-Route x@archive.example | ForEach-Object { "$($_.DeliveryType) $($_.NextHops)" }'
  expect(await shell(relay, route)).toBe('DeliveryAgent the agent for maildir: archive')
  const settings = 'Get-DeliveryAgentConnector | ForEach-Object { "$($_.Identity) $($_.Settings)" }'
  expect(await shell(relay, settings)).toBe('Archive Path=archive')
})

test('nothing is lost when the service is killed while agents deliver, and no limit is passed', async () => {
  const subjects = Array.from({ length: 150 }, (_, at) => `number ${at}`)
  const open = new Set<http.ServerResponse>()
  let most = 0
  const { received } = await endpoint((response) => {
    open.add(response)
    most = Math.max(most, open.size)
    const end = () => {
      open.delete(response)
      status(200)(response)
    }
    // Long enough for several requests to be under way at once.
    setTimeout(end, 150)
  })
  await using relay = await start([{ ...toApp, MaxConcurrentConnections: 3 }])
  for (const subject of subjects) await send('a@app.example', subject)
  await until(() => received.length > 20)
  process.kill(relay.servicePid('Transport'), 'SIGKILL')
  open.clear()
  const bodies = () => new Set(received.map(({ body }) => /the body of (.*)/.exec(body)?.[1]))
  await until(() => bodies().size === subjects.length)
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(3)
  await until(async () => (await shell(relay, 'Get-Message')) === '', 200)
})

test('a module that takes memory without end holds its own queue up, and one that loops ends with its service', async () => {
  const folder = await tempFolder()
  const begun = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '')
  const modules = {
    grows: 'const all = new Map(); for (;;) all.set({}, 1)',
    delivers: '',
    loops: 'for (;;) {}',
  }
  const connectors = Object.entries(modules).map(async ([name, code]) => {
    const module = join(folder, `${name}.mjs`)
    const tell = `writeFileSync(${JSON.stringify(join(folder, name))}, String(process.pid))`
    const text = `import { writeFileSync } from 'node:fs'\nexport default { deliver() { ${tell}; ${code} } }`
    await writeFile(module, text)
    return { Name: name, AddressSpaces: `${name}.example`, DeliveryProtocol: 'own', Module: module }
  })
  await using relay = await start(await Promise.all(connectors))
  const service = relay.servicePid('Transport')
  await send('a@grows.example', 'first')
  const reason = 'The delivery agent of "grows" failed: it took more memory than it may (256 MB)'
  await until(async () => (await shell(relay, queueLine)).includes(reason))
  await send('a@delivers.example', 'second')
  await until(async () => !(await shell(relay, queueLine)).includes('delivers.example'))
  expect(await begun('delivers')).not.toBe('')
  await send('a@loops.example', 'third')
  await until(async () => (await begun('loops')) !== '')
  expect(relay.servicePid('Transport')).toBe(service)
  process.kill(service, 'SIGKILL')
  const looping = await begun('loops')
  await until(async () => {
    const stat = await readFile(`/proc/${looping}/stat`, 'utf8').catch(() => ') Z ')
    return stat.includes(') Z ')
  })
})
