import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runEdge } from '../support/relay-process.ts'
import { tempFolder } from '../support/temp-folder.ts'

const main = new URL('../../bin/edge.js', import.meta.url).pathname

describe('edge shell without a terminal', () => {
  test('runs the lines of standard input, which answer the questions as well', async () => {
    const input = [
      '$c = Get-Credential # asks',
      'bob',
      'secret',
      'Write-Host "user $($c.UserName)"',
      'Get-Command Write-[HO]* |',
      '  ForEach-Object Name',
      '',
    ].join('\n')
    const { code, stdout, stderr } = await runEdge(['shell'], { input })
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'user bob\nWrite-Host\nWrite-Output\n',
      stderr: '',
    })
  })

  test('goes on behind an error, and ends with 1', async () => {
    const { code, stdout, stderr } = await runEdge(['shell'], {
      input: 'Get-Nothing\nWrite-Host on\n',
    })
    expect([code, stdout]).toEqual([1, 'on\n'])
    expect(stderr).toMatch(/^The term 'Get-Nothing' is not recognized/)
  })

  test('tells of a command that the end of the input cut off', async () => {
    const { code, stderr } = await runEdge(['shell'], { input: 'Write-Host (1' })
    expect(code).toBe(1)
    expect(stderr).toContain("Missing closing ')'")
  })

  test('exit ends it with its code, and nothing behind it runs', async () => {
    const { code, stdout } = await runEdge(['shell'], { input: 'exit 7\nWrite-Host no\n' })
    expect([code, stdout]).toEqual([7, ''])
  })

  test('-Command takes the rest of the arguments as one line, with pipes', async () => {
    const line = ['shell', '-NoColor', '-Command', 'Get-Command', 'Write-Host | % Name; exit 4']
    const { code, stdout } = await runEdge(line)
    expect([code, stdout]).toEqual([4, 'Write-Host\n'])
  })

  test('-File runs a script, and none of it when it cannot be read as a whole', async () => {
    const file = join(await tempFolder(), 'script.ps1')
    await writeFile(
      file,
      '\uFEFF# comment\r\nWrite-Host `\r\n  one\r\n$n = Read-Host\r\nWrite-Host $n\r\n',
    )
    const whole = await runEdge(['shell', '-File', file], { input: 'two\n' })
    expect([whole.code, whole.stdout]).toEqual([0, 'one\ntwo\n'])
    await writeFile(file, 'Write-Host one\nWrite-Host (\n')
    const broken = await runEdge(['shell', '-File', file])
    expect([broken.code, broken.stdout]).toEqual([1, ''])
    const missing = await runEdge(['shell', '-File', `${file}.none`])
    expect(missing.code).toBe(1)
    expect(missing.stderr).toMatch(/^edge: the script cannot be read: ENOENT/)
  })

  test.each([
    [['-Nope'], '"-Nope" is no option of the shell'],
    [['-Command'], '-Command needs a value'],
    [['-No'], '"-No" is no option of the shell'],
    [['-f', 'x', '-c', 'y'], 'give -Command or -File, not both'],
  ])('%j is a usage error', async (args, message) => {
    const { code, stderr } = await runEdge(['shell', ...args])
    expect(code).toBe(2)
    expect(stderr).toContain(`edge: ${message}\nUsage: edge shell [-Command LINE`)
  })
})

describe('edge <Cmdlet>', () => {
  test('takes each argument of the process as one value', async () => {
    const { code, stdout } = await runEdge(['write-host', "it's *; $(x) | y"])
    expect([code, stdout]).toEqual([0, "it's *; $(x) | y\n"])
  })

  test('ends with 1 when the cmdlet told an error, with 2 when there is none of the name', async () => {
    const failed = await runEdge(['Get-Command', 'Nope'])
    expect([failed.code, failed.stdout]).toEqual([1, ''])
    const unknown = await runEdge(['Get-Comand'])
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      'edge: there is no command "Get-Comand"; did you mean Get-Command?\n',
    ])
  })

  test('tells of a configuration that cannot be used, and where', async () => {
    const file = join(await tempFolder(), 'server.yaml')
    await writeFile(file, 'Server:\n  Role: Nope\n')
    const { code, stderr } = await runEdge(['Test-Route', 'a@contoso.test', '--config', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Test-Route : The configuration cannot be used: .*server\.yaml:2:9/)
  })
})

test('SIGINT stops a command that runs on, and the program dies by it', async () => {
  const script = 'Write-Host begun; Read-Host | Out-Null'
  const child = spawn(process.execPath, [main, 'shell', '-Command', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  expect([code, signal]).toEqual([null, 'SIGINT'])
})

test('a reader that goes away ends the program quietly', async () => {
  const many =
    'Get-Command | ForEach-Object { Get-Command | ForEach-Object { Get-Help $_.Name -Full } }'
  const child = spawn(process.execPath, [main, 'shell', '-Command', many], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  await once(child, 'close')
  expect(errors).toBe('')
})
