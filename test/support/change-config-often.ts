import { SystemShell } from './system-shell.ts'

/**
 * A process that runs one command after the other on a configuration file: `<file> <name> <count>`.
 * Prints the number of each change that is done.
 */
const [file = '', name = '', count = '0'] = process.argv.slice(2)
const shell = new SystemShell(file)
for (let number = 1; number <= Number(count); number++) {
  const errors = await shell.errorsOf(
    `New-SendConnector ${name}-${number} -AddressSpaces ${name}${number}.example`,
  )
  process.stdout.write(errors === '' ? `${number}\n` : `failed: ${errors}\n`)
}
