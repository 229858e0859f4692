import { expect, test } from 'vitest'
import { SharedTexts } from '../../../src/base/shared-texts.ts'

test('gives a text as it is, however many there were', () => {
  const texts = new SharedTexts()
  const given = Array.from({ length: 2500 }, (_, n) => `text ${n % 1200}`)
  expect(given.map((text) => texts.of(text))).toEqual(given)
})
