import { Resolver } from 'node:dns/promises'
import { createServer } from 'node:net'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LabLayout, loopbackLayout } from '../../src/lab/lab-layout.ts'
import { startLabPeers } from '../../src/lab/lab-peers.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-'))
})

afterEach(() => rm(folder, { recursive: true }))

const layout: LabLayout = {
  relay: loopbackLayout.relay,
  dns: { address: '127.0.0.53', port: 0 },
  mx1: { address: '127.0.0.25', port: 0 },
  mx2: { address: '127.0.0.26', port: 0 },
  dead: '127.0.0.99',
  internal: { address: '127.0.0.10', port: 0 },
  partner: { address: '127.0.0.20', port: 0 },
}

test('the DNS leads to the mail hosts, and each keeps its mail apart', async () => {
  await using peers = await startLabPeers({ layout, folder })
  const resolver = new Resolver()
  resolver.setServers([`${peers.dns.address}:${peers.dns.port}`])
  expect(await resolver.resolve4('mx1.good.test')).toEqual([peers.mx1.address])
  expect(await resolver.resolve4('mx2.good.test')).toEqual([peers.mx2.address])
  expect(await resolver.resolve4('smarthost.partner.test')).toEqual([peers.partner.address])
  expect((await readdir(folder)).sort()).toEqual([
    'internal',
    'mx1',
    'mx2',
    'partner',
    'partner.pem',
  ])
  expect(await readFile(join(folder, 'partner.pem'), 'utf8')).toBe(peers.partner.certificate)
})

test('when one cannot listen none does', async () => {
  const taken = createServer().listen(0, '127.0.0.20')
  await once(taken, 'listening')
  const address = taken.address()
  const partner = {
    address: '127.0.0.20',
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
  }
  const dns = { address: '127.0.0.53', port: partner.port }
  await expect(startLabPeers({ layout: { ...layout, dns, partner }, folder })).rejects.toThrow(
    `smarthost.partner.test cannot listen on 127.0.0.20:${partner.port}`,
  )
  taken.close()
  await using peers = await startLabPeers({ layout: { ...layout, dns }, folder })
  expect(peers.dns.port).toBe(dns.port)
})
