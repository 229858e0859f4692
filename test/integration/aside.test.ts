import { X509Certificate, createPrivateKey } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { workedOutAside } from '../../src/base/aside.ts'
import { day } from '../../src/base/time-span.ts'
import { makeSelfSignedAside } from '../../src/tls/self-signed-aside.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('a certificate made by a process of its own fits its key, names and time', async () => {
  const now = Date.UTC(2030, 0, 2)
  const domains = ['edge.example.com', 'mail.example.com'] as const
  const made = await makeSelfSignedAside({ domains, now, lifetime: 30 * day })
  const certificate = new X509Certificate(made.certificate)
  expect(certificate.subjectAltName).toBe('DNS:edge.example.com, DNS:mail.example.com')
  expect(new Date(certificate.validTo).getTime()).toBe(now + 30 * day)
  expect(certificate.checkPrivateKey(createPrivateKey(made.key))).toBe(true)
})

test('a process that ends without a word is told, with what it was for', async () => {
  const file = join(await tempFolder(), 'silent.mjs')
  await writeFile(file, 'process.exit(3)')
  const program = pathToFileURL(file)
  const told = workedOutAside({ program, argument: '', does: 'says nothing' })
  await expect(told).rejects.toThrow('the process that says nothing ended (3)')
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'what %s to all processes ended is worked out once more',
  async (signal) => {
    const file = join(await tempFolder(), 'signalled.mjs')
    await writeFile(
      file,
      `import { existsSync, writeFileSync } from 'node:fs'
       const [, , mark] = process.argv
       const again = existsSync(mark)
       writeFileSync(mark, '')
       if (again) process.send({ done: true }, () => process.disconnect())
       else process.kill(process.pid, '${signal}')`,
    )
    const asked = { program: pathToFileURL(file), argument: `${file}.mark`, does: 'is ended' }
    expect(await workedOutAside(asked)).toEqual({ done: true })
  },
)
