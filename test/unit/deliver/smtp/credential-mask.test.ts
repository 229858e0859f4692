import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { credentialMask } from '../../../../src/deliver/smtp/credential-mask.ts'

const credential = { userName: 'relay', password: 's3cret/Pass word' }
const hide = credentialMask(credential)
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('a credential in what a peer says', () => {
  test.each([
    'no s3cret/Pass word here',
    'NO S3CRET/PASS WORD HERE',
    `no ${base64(credential.password)} here`,
    `no ${base64(credential.password).toUpperCase()} here`,
    `no ${base64(credential.password).replaceAll('=', '')} here`,
    `no ${base64(`\0relay\0${credential.password}`)} here`,
    `no ${base64(`admin\0relay\0${credential.password}`)} here`,
    `no ${base64(`user=relay;password=${credential.password};x`)} here`,
    `no ${base64(`\0relay\0${credential.password}`).slice(0, 14)} here`,
    `no ${base64(credential.password).slice(0, 12)} here`,
    `no ${encodeURIComponent(credential.password)} here`,
    `no ${Buffer.from(credential.password).toString('hex').toUpperCase()} here`,
  ])('is masked: %s', (text) => {
    expect(hide(`535 5.7.8 ${text}`)).toMatch(/^535 5\.7\.8 no <authentication response> here$/i)
  })

  test.each([
    '535 5.7.3 Authentication unsuccessful',
    '250 2.1.0 relay OK',
    `334 ${base64('Password:')}`,
    '535-5.7.8 Username and Password not accepted. Learn more at',
    '550 no mail',
  ])('leaves alone what is none: %s', (line) => {
    expect(hide(line)).toBe(line)
  })

  test('is hidden however short it is, and never the code of the reply', () => {
    const short = credentialMask({ userName: 'a', password: '5' })
    expect(short('535 5.7.8 no 5')).not.toContain('no 5')
    expect(short('535-x')).toBe('535-x')
    expect(short('5')).toBe('<authentication response>')
    expect(credentialMask({ userName: 'a', password: '' })('535 no')).toBe('535 no')
  })

  test('is not in the line, plain or encoded, whatever it is', () => {
    const word = fc.string({ minLength: 4, maxLength: 40 }).filter((text) => text.trim().length > 3)
    fc.assert(
      fc.property(word, word, word, (userName, password, around) => {
        const hiding = credentialMask({ userName, password })
        for (const echo of [
          password,
          base64(password),
          base64(`\0${userName}\0${password}`),
          base64(`${around}${password}`),
        ]) {
          const line = hiding(`535 no ${echo} x`)
          expect(line.slice(4)).not.toContain(echo)
        }
      }),
    )
  })
})
