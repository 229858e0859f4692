import { describe, expect, test } from 'vitest'
import { formatByteSize, parseByteSize } from '../../../src/base/byte-size.ts'

describe('reads Exchange sizes', () => {
  test.each([
    ['36700160', 36_700_160],
    ['0', 0],
    ['512B', 512],
    ['64 KB', 65_536],
    ['35mb', 36_700_160],
    [' 1.5 GB ', 1_610_612_736],
    ['2TB', 2_199_023_255_552],
    ['35 MB (36,700,160 bytes)', 36_700_160],
    ['35.01 MB (36,710,646 bytes)', 36_710_646],
    ['Unlimited', Infinity],
  ])('%s', (text, bytes) => expect(parseByteSize(text)).toBe(bytes))
})

describe('refuses what is no size', () => {
  test.each(['', 'MB', '-1', '1,5MB', '35 MiB', '35MB MB', '1e3', 'infinite'])('%j', (text) =>
    expect(parseByteSize(text)).toBeUndefined(),
  )
})

describe('writes Exchange sizes that it can read again', () => {
  test.each([
    [36_700_160, '35 MB (36,700,160 bytes)'],
    [512, '512 B (512 bytes)'],
    [0, '0 B (0 bytes)'],
    [65_536, '64 KB (65,536 bytes)'],
    [36_710_646, '35.01 MB (36,710,646 bytes)'],
    [Infinity, 'Unlimited'],
  ])('%d', (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text)
    expect(parseByteSize(text)).toBe(bytes)
  })
})
