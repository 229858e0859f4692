import { X509Certificate } from 'node:crypto'
import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Clock, systemClock } from '../../../src/base/clock.ts'
import { LiveValue } from '../../../src/base/live.ts'
import { day } from '../../../src/base/time-span.ts'
import type { CertificateFile } from '../../../src/tls/certificate-file.ts'
import { CertificateStore } from '../../../src/tls/certificate-store.ts'
import { makeSelfSigned } from '../../../src/tls/self-signed.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { testCertificate } from '../../support/test-certificate.ts'

const live = (...files: CertificateFile[]) => new LiveValue<readonly CertificateFile[]>(files)

interface Setup {
  readonly folder: string
  readonly configured?: LiveValue<readonly CertificateFile[]>
  readonly fqdn?: string
  readonly now?: number
}

async function open({ folder, configured, fqdn = 'edge01.example.com', now }: Setup) {
  const clock: Clock = { ...systemClock, ...(now !== undefined && { now: () => now }) }
  const lines: string[] = []
  const log = {
    info: (line: string) => lines.push(line),
    error: (line: string) => lines.push(line),
  }
  const store = await CertificateStore.open({
    configured: configured ?? live(),
    folder: join(folder, 'certs'),
    fqdn,
    clock,
    make: makeSelfSigned,
    log,
  })
  onTestFinished(() => store[Symbol.asyncDispose]())
  return { store, lines }
}

async function certificateFiles(folder: string, domain: string): Promise<CertificateFile> {
  const files = { CertificateFile: join(folder, 'a.pem'), KeyFile: join(folder, 'a.key') }
  const { cert, key } = await testCertificate([domain])
  await writeFile(files.CertificateFile, cert)
  await writeFile(files.KeyFile, key)
  return files
}

test('two services that start at once for the first time agree on both certificates', async () => {
  const folder = await tempFolder()
  const [one, other] = await Promise.all([open({ folder }), open({ folder })])
  expect(one.store.internal.thumbprint).toBe(other.store.internal.thumbprint)
  expect(one.store.select('x.example')?.thumbprint).toBe(
    other.store.select('x.example')?.thumbprint,
  )
  expect((await readdir(join(folder, 'certs'))).sort()).toEqual([
    'internal-1.pem',
    'self-signed-1.pem',
  ])
})

test('the certificates last over restarts, their keys readable by the owner alone', async () => {
  const folder = await tempFolder()
  const first = await open({ folder })
  const second = await open({ folder })
  expect(second.store.internal.thumbprint).toBe(first.store.internal.thumbprint)
  const { mode } = await stat(join(folder, 'certs', 'internal-1.pem'))
  expect(mode & 0o777).toBe(0o600)
})

test('the self-signed certificate is for the Fqdn, named as Exchange names it, and has its key', async () => {
  const { store } = await open({ folder: await tempFolder() })
  const pair = store.select('anything.example')
  expect(pair?.name).toBe('<I>CN=edge01.example.com<S>CN=edge01.example.com')
  expect(pair?.domains).toEqual(['edge01.example.com'])
  const certificate = new X509Certificate(pair?.certificate ?? '')
  expect(certificate.checkHost('edge01.example.com')).toBe('edge01.example.com')
  expect(certificate.ca).toBe(false)
  expect(pair?.key).toContain('PRIVATE KEY')
  expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
})

test('a new Fqdn, or the coming end, makes new certificates at the next start', async () => {
  const folder = await tempFolder()
  const first = await open({ folder })
  const renamed = await open({ folder, fqdn: 'edge02.example.com' })
  expect(renamed.store.select('x')?.domains).toEqual(['edge02.example.com'])
  const ends = renamed.store.internal.notAfter.getTime()
  const renewed = await open({ folder, fqdn: 'edge02.example.com', now: ends - 29 * day })
  expect(renewed.store.internal.notAfter.getTime()).toBeGreaterThan(ends)
  expect(renewed.store.internal.thumbprint).not.toBe(first.store.internal.thumbprint)
})

test('many services that renew at once agree', async () => {
  const folder = await tempFolder()
  const first = await open({ folder })
  const now = first.store.internal.notAfter.getTime() - day
  const stores = await Promise.all(Array.from({ length: 5 }, () => open({ folder, now })))
  expect(new Set(stores.map(({ store }) => store.internal.thumbprint)).size).toBe(1)
  expect(stores[0]?.store.internal.thumbprint).not.toBe(first.store.internal.thumbprint)
})

test('a damaged file is replaced', async () => {
  const folder = await tempFolder()
  await open({ folder })
  await writeFile(join(folder, 'certs', 'internal-1.pem'), 'damaged')
  const { store } = await open({ folder })
  expect(store.internal.domains).toEqual(['edge01.example.com'])
})

test('selects the configured certificate by Fqdn or by name; an unknown name selects none', async () => {
  const folder = await tempFolder()
  const files = await certificateFiles(folder, 'mail.example.com')
  const { store } = await open({ folder, configured: live(files) })
  const named = store.select('edge01.example.com', '<I>CN=mail.example.com<S>CN=mail.example.com')
  expect(store.select('mail.example.com')?.domains).toEqual(['mail.example.com'])
  expect(named?.domains).toEqual(['mail.example.com'])
  expect(store.select('edge01.example.com')?.domains).toEqual(['edge01.example.com'])
  expect(store.select('mail.example.com', '<I>CN=CA<S>CN=gone.example.com')).toBeUndefined()
})

test('a renewed certificate comes into use, and a half-written one does not', async () => {
  const folder = await tempFolder()
  const files = await certificateFiles(folder, 'mail.example.com')
  const { store, lines } = await open({ folder, configured: live(files) })
  const before = store.select('mail.example.com')?.thumbprint
  const renewed = await testCertificate(['mail.example.com'])
  await writeFile(files.CertificateFile, renewed.cert)
  await store.reload()
  expect(store.select('mail.example.com')?.thumbprint).toBe(before)
  expect(lines.at(-1)).toContain('is not the key of the certificate')
  await writeFile(files.KeyFile, renewed.key)
  await store.reload()
  expect(store.select('mail.example.com')?.certificate).toBe(renewed.cert)
  expect(lines.at(-1)).toContain('is in use from now on')
})

test('sees by itself that the files have changed', async () => {
  const folder = await tempFolder()
  const files = await certificateFiles(folder, 'mail.example.com')
  let told = Promise.withResolvers<string>()
  const log = { info: (line: string) => told.resolve(line), error: () => undefined }
  const after: Clock['after'] = (delay, action) => systemClock.after(delay / 100, action)
  await using store = await CertificateStore.open({
    configured: live(files),
    folder: join(folder, 'certs'),
    fqdn: 'edge01.example.com',
    clock: { ...systemClock, after },
    make: makeSelfSigned,
    log,
  })
  told = Promise.withResolvers()
  const renewed = await testCertificate(['mail.example.com'])
  await writeFile(files.CertificateFile, `${renewed.cert}\n${renewed.key}`)
  await writeFile(files.KeyFile, renewed.key)
  expect(await told.promise).toContain('<I>CN=mail.example.com<S>CN=mail.example.com')
  expect(store.select('mail.example.com')?.key).toBe(renewed.key)
})

test('follows the list of certificates in the configuration', async () => {
  const folder = await tempFolder()
  const configured = live()
  const { store } = await open({ folder, configured })
  configured.set([await certificateFiles(folder, 'mail.example.com')])
  await store.reload()
  expect(store.select('mail.example.com')?.domains).toEqual(['mail.example.com'])
  configured.set([])
  await store.reload()
  expect(store.select('mail.example.com')?.domains).toEqual(['edge01.example.com'])
})

test('a folder that cannot be made ends the start', async () => {
  const folder = await tempFolder()
  await writeFile(join(folder, 'certs'), 'a file in the way')
  await expect(open({ folder })).rejects.toThrow(/EEXIST|ENOTDIR/)
  expect(await readFile(join(folder, 'certs'), 'utf8')).toBe('a file in the way')
})
