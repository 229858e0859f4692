import { describe, expect, test } from 'vitest'
import { formatComposite, formatValue } from '../../../../src/admin/values/composite-format.ts'
import { BadFormat, formatNumber } from '../../../../src/admin/values/number-format.ts'
import { ByteSize, TimeSpan } from '../../../../src/admin/values/value.ts'

describe('numbers by .NET formats', () => {
  test.each([
    [1234.567, 'N', '1,234.57'],
    [1234567, 'N0', '1,234,567'],
    [-1234.5, 'n1', '-1,234.5'],
    [2.675, 'F2', '2.68'],
    [-0.001, 'F2', '0.00'],
    [0.5, 'F0', '1'],
    [7, 'D4', '0007'],
    [-7, 'D3', '-007'],
    [255, 'X', 'FF'],
    [255, 'x4', '00ff'],
    [0.256, 'P1', '25.6 %'],
    [1234.5, 'C', '$1,234.50'],
    [1234.5, 'E2', '1.23E+003'],
    [0.000123, 'G', '0.000123'],
    [1234.5678, 'G5', '1234.6'],
    [5, '000', '005'],
    [1234.5, '#,##0.00', '1,234.50'],
    [1234.5, '0.##', '1234.5'],
    [0.25, '#.##', '.25'],
    [0.256, '0.0%', '25.6%'],
    [5, '0 MB', '5 MB'],
    [-5, '00', '-05'],
    [Infinity, 'N0', 'Unlimited'],
  ])('%s by %s', (value, format, expected) => {
    expect(formatNumber(value, format)).toBe(expected)
  })

  test.each([
    [5, 'Q'],
    [5.5, 'D'],
    [5, 'abc'],
  ])('%s by %s is refused', (value, format) => {
    expect(() => formatNumber(value, format)).toThrow(BadFormat)
  })
})

test('lengths of time by .NET formats', () => {
  const span = new TimeSpan(93_784_005)
  expect(formatValue(span, String.raw`d\.hh\:mm\:ss\.fff`)).toBe('1.02:03:04.005')
  expect(formatValue(span, 'c')).toBe('1.02:03:04.0050000')
})

test('sizes and texts have no formats', () => {
  expect(formatComposite('{0:N0} {1:N0}', [new ByteSize(1024), 'x'])).toBe('1 KB (1,024 bytes) x')
})

test('a field cannot fill the memory', () => {
  expect(() => formatComposite('{0,999999999}', ['x'])).toThrow(BadFormat)
})
