import { existsSync, globSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { commandTable } from '../../src/commands/command-table.ts'
import { ownCmdlets } from '../../src/commands/server-cmdlets.ts'
import { runCommand } from '../../src/commands/run-command.ts'
import { environmentConfig } from '../../src/config/environment-config.ts'
import { environmentSettings, unknownVariables } from '../../src/config/environment-settings.ts'
import {
  blocks,
  page,
  pages,
  root,
  shellLines,
  withPart,
  writeNamedFiles,
} from '../support/documentation.ts'
import { captured } from '../support/captured-output.ts'
import { tempFolder } from '../support/temp-folder.ts'

const [example = ''] = blocks('docs/configuration.md', 'yaml')

/** Checks the configuration that the chapter shows, with its files beside it, after some changes. */
async function checked(...changes: readonly (readonly [from: string, to: string])[]) {
  return await check(changes.reduce((text, [from, to]) => text.replace(from, to), example))
}

/** Checks a configuration with the files beside it that the chapters name. */
async function check(config: string) {
  const folder = await tempFolder()
  await writeNamedFiles(folder)
  await writeFile(join(folder, 'config/server.yaml'), config)
  const io = captured()
  const code = await runCommand(
    ['check-config', '--config', join(folder, 'config/server.yaml')],
    io,
  )
  return { code, out: io.out(), err: io.err().replaceAll(`${folder}/`, '') }
}

test('the configuration that the chapter shows is right', async () => {
  const { code, out, err } = await checked()
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('3 Receive connectors, 2 Send connectors')
})

const parts = ['docs/recipients.md', 'docs/other-ways.md', 'docs/address-rewriting.md'].flatMap(
  (path) => blocks(path, 'yaml').map((part) => [path, part.split('\n', 1)[0], part] as const),
)

test.each(parts)('what %s shows under %s is right in that configuration', async (_, __, part) => {
  const { code, err } = await check(withPart(example, part))
  expect([code, err]).toEqual([0, ''])
})

test('the problems that the chapter shows are those that check-config names', async () => {
  const { code, err } = await checked(
    ['Role: Edge', 'Role: Edg'],
    ['MaxMessageSize: 50MB', 'MaxMessageSiz: 50MB'],
    ['Port: 587', 'Port: 70000'],
  )
  const [shown = ''] = blocks('docs/configuration.md', '')
  expect([code, err]).toEqual([1, shown.replaceAll(/^ +/gm, '')])
})

test('the chapter of commands lists them as the help does', () => {
  const helped = commandTable.map(({ name, usage, summary }) => [
    `${name} ${usage}`.trimEnd(),
    summary,
  ])
  const listed = tableRows('docs/commands.md', 'Command').map(([usage = '', does = '']) => [
    usage.replaceAll('\\|', '|').replaceAll('`', ''),
    does.replaceAll('`', ''),
  ])
  expect(listed).toEqual(helped)
})

test("the container's chapter has every setting of the environment", () => {
  const listed = tableRows('docs/container.md', 'Variable').map(([name = '']) => name)
  expect(listed).toEqual(Object.keys(environmentSettings).map((name) => `\`${name}\``))
})

test('the compose file for production makes a configuration of settings there are', async () => {
  const text = await readFile(join(root, 'docker/production.yaml'), 'utf8')
  const file = z.object({
    services: z.object({ relay: z.object({ environment: z.record(z.string(), z.string()) }) }),
  })
  const { environment } = file.parse(parse(text)).services.relay
  const env = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/^\$\{\w+:([-?])(.*)\}$/, (_, kind, given) =>
        kind === '?' ? 'mail.contoso.com' : String(given),
      ),
    ]),
  )
  expect(unknownVariables(env)).toEqual([])
  expect(environmentConfig(env)).toHaveProperty('yaml')
})

describe('each difference has its test', () => {
  const rows = tableRows('docs/differences.md', 'Difference').map(
    ([difference = '', , tests = '']) => [difference, tests] as const,
  )

  test.each(rows)('%s', async (_, tests) => {
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)
    expect(files.length).toBeGreaterThan(0)
    let folder = ''
    const found = files.map((file) => {
      const path = file.includes('/') ? file : join(folder, file)
      folder = dirname(path)
      return globSync(path, { cwd: root })
    })
    expect(found.filter((paths) => paths.length === 0)).toEqual([])
    const texts = await Promise.all(found.flat().map((path) => readFile(join(root, path), 'utf8')))
    const names = [...tests.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)
    expect(names.filter((name) => !texts.some((text) => text.includes(name)))).toEqual([])
  })
})

test('the rooms of the source stand in the design as lint has them, and their folders where newcomers look', async () => {
  const [, list = ''] =
    /const rooms = \[([^\]]*)\]/.exec(await readFile(join(root, 'eslint.config.js'), 'utf8')) ?? []
  const rooms = [...list.matchAll(/'([^']+)'/g)].map(([, room = '']) => room)
  const [, named = ''] = page('docs/design.md').split('\n## Imports\n')
  expect([...named.matchAll(/`([^`.]+)`/g)].map(([, room]) => room)).toEqual(rooms)
  const folders = [...page('CONTRIBUTING.md').matchAll(/^ {2}([a-z]+)\/ /gm)]
  const topmost = new Set(rooms.map((room) => room.replace(/\/.*/, '')))
  expect(folders.map(([, folder]) => folder)).toEqual([...topmost])
})

test('each file that the design names is there', () => {
  const named = [...page('docs/design.md').matchAll(/`([\w/.-]+\.(?:ts|js))`/g)]
  expect(named.length).toBeGreaterThan(50)
  const lost = named.filter(
    ([, file = '']) => globSync([file, `src/**/${file}`], { cwd: root }).length === 0,
  )
  expect(lost.map(([, file]) => file)).toEqual([])
})

/** Where the links of a page lead within the project: paths, each with its heading if one is named. */
function linksOf(path: string): readonly (readonly [file: string, heading: string])[] {
  const prose = page(path).replaceAll(/^```[^]*?^```/gm, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', heading = ''] = target.split('#')
      return [file === '' ? path : join(dirname(path), file), heading]
    })
}

/** The heading as a link names it. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')
}

describe('each page', () => {
  test.each([...pages.keys()])('%s links to what is there', (path) => {
    const dead = linksOf(path).filter(([file, heading]) => {
      if (!existsSync(join(root, file))) return true
      const headings = [...page(file).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => anchor(text))
      return heading !== '' && !headings.includes(heading)
    })
    expect(dead).toEqual([])
  })

  test('can be reached from the README', () => {
    const reached = new Set(['README.md'])
    for (const path of reached) {
      for (const [file] of linksOf(path)) if (pages.has(file)) reached.add(file)
    }
    expect([...pages.keys()].filter((path) => !reached.has(path))).toEqual([])
  })

  test('of the documentation stands in its index', () => {
    const listed = new Set(linksOf('docs/README.md').map(([file]) => file))
    const missing = [...pages.keys()].filter((path) => !listed.has(path))
    expect(missing.sort()).toEqual(['README.md', 'docs/README.md'])
  })
})

/** Programs of others that the pages show, where they are no part of what is tried here. */
const ofOthers =
  /^(?:cd|docker|export|git|install|journalctl|openssl|sudo|swaks|systemctl|useradd) /

describe('each line for the shell', () => {
  const lines = [...pages.keys()].flatMap((path) =>
    shellLines(path).map((line) => [path, line] as const),
  )
  const known = new Set([...commandTable, ...ownCmdlets()].map(({ name }) => name))

  test.each(lines)('%s: %s', async (_, line) => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
    for (const command of line.split(' && ')) {
      const bare = command.replace(/^(?:[A-Z_]+=\S+ )+/, '').replace(/^sudo -u \S+ /, '')
      const [, npm] = /^npm (?:--prefix \S+ )?(?:run )?(\S+)/.exec(bare) ?? []
      const [, edge] = /^(?:source <\()?(?:npx )?edge (\w[\w-]*)/.exec(bare) ?? []
      const [, script] = /^bash (\S+)$/.exec(bare) ?? []
      if (npm !== undefined) expect(['ci', ...Object.keys(scripts)]).toContain(npm)
      else if (edge !== undefined) expect(known).toContain(edge)
      else if (script !== undefined) expect(existsSync(join(root, script))).toBe(true)
      else expect(bare).toMatch(ofOthers)
      const [source] = /^install .*?((?:config|docs|packaging)\/\S+) /.exec(bare)?.slice(1) ?? []
      if (source !== undefined) expect(existsSync(join(root, source))).toBe(true)
    }
  })
})

/** The cells of the table of a page whose first column is called `title`. */
function tableRows(path: string, title: string): readonly (readonly string[])[] {
  const lines = page(path).split('\n')
  const head = lines.findIndex((line) => line.startsWith(`| ${title} `))
  const end = lines.indexOf('', head)
  return lines.slice(head + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  )
}
