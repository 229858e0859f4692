/** A page of help about something that is not one command. */
export interface HelpTopic {
  /** `about_Filters` */
  readonly name: string
  readonly synopsis: string
  readonly text: string
}

/** The topics about the language itself. */
export const languageTopics: readonly HelpTopic[] = [
  {
    name: 'about_Shell',
    synopsis: 'Where to begin.',
    text: `
TOPIC
    The management shell

    Commands are made of a verb and a noun: Get-Queue shows the queues, and
    Set-SendConnector changes a Send connector. The Tab key completes names of
    commands, parameters and their values, of queues, messages and connectors.

    Get-Command                       lists all commands
    Get-Command *Connector            those whose names end in Connector
    Get-Help New-SendConnector        explains one command
    Get-Help New-SendConnector -Examples
    Get-Help about_*                  lists the topics
    Get-ProtocolLog | more            shows a page at a time
    exit                              leaves the shell

    Remove- asks before it does it; -WhatIf tells what a command would change.
    Ctrl-C stops a command, and the arrow keys bring earlier lines.

SEE ALSO
    about_Connectors, about_Queues, about_Logs, about_Filters, about_CommandLine
    about_Language, about_Pipelines, about_Output, about_CommonParameters
`,
  },
  {
    name: 'about_Language',
    synopsis: 'Parameters, texts, numbers, lists and variables.',
    text: `
TOPIC
    The language of commands

    -Name value, -Name:value     a parameter; its name may be cut short as long
                                 as no other begins so
    -Force, -Confirm:$false      a switch; with a value it needs the colon
    $true $false $null           yes, no, and nothing (clears a setting)
    contoso.com "To Internet"    texts; blanks and ; , ( ) { } $ need quotes
    "Server $name"               double quotes fill variables in, single do not
    35MB  00:10:00  unlimited    sizes, lengths of time, and no limit
    a,b,c                        a list
    @{Add="a","b";Remove="c"}    a change of a list
    $c = Get-Credential          a variable; $c.UserName is a property of it
    $n += 5; $n++; $l += "x"     changes of one; also -= *= /= %= and --
    1..5                         the numbers from 1 to 5
    $p = @{Port=25}; Set-X @p    parameters from a table in a variable
    (Get-Date).AddHours(-1)      what a command gives, used in another
    # text, <# text #>           comments
    command; command             one after the other
    a trailing | or \` or an open bracket goes on in the next line

    if ($n -gt 5) {…} elseif (…) {…} else {…}
    foreach ($c in Get-SendConnector) {…}
    while (…) {…}, do {…} until (…), for ($i = 0; $i -lt 5; $i++) {…}
    break and continue leave a loop and a round of it

    Functions, classes, switch and try are not part of this language.
`,
  },
  {
    name: 'about_Pipelines',
    synopsis: 'Choosing, sorting and using objects.',
    text: `
TOPIC
    Pipelines

    Get-Queue | Where-Object {$_.MessageCount -gt 10 -and $_.Status -eq 'Retry'}
    Get-Queue | where Status -eq Retry
    Get-Queue | Sort-Object MessageCount -Descending | Select-Object -First 5
    Get-SendConnector | Set-SendConnector -ProtocolLoggingLevel Verbose
    Get-Queue | ForEach-Object {Write-Host $_.Identity}

    Operators: -eq -ne -gt -ge -lt -le -like -notlike -match -notmatch
    -contains -notcontains -in -notin -and -or -xor -not !
    Letters are compared without case; -ceq, -clike and so on tell them apart.

    "{0}: {1:N0} messages" -f $q.Identity,$q.MessageCount
    $_.Name -replace 'EDGE','MX'
    $_.SmartHosts -join ';', 'a;b' -split ';'
    After -match, $matches[1] holds what the first ( ) in the pattern stood for.
`,
  },
  {
    name: 'about_Output',
    synopsis: 'Tables, lists, files and scripts.',
    text: `
TOPIC
    Output

    Get-SendConnector | Format-List              every property on its own line
    Get-SendConnector | fl Name,*Host*           some of them
    Get-Queue | Format-Table Identity,LastError -Wrap
    Get-Queue | ConvertTo-Json                   for scripts; also ConvertTo-Csv
    Get-Queue | Export-Csv queues.csv
    Import-Csv relays.csv | % {New-SendConnector $_.Name -AddressSpaces $_.To}
    Get-Message | Format-Table Identity,Size -GroupBy Queue
    Get-Queue > queues.txt                       as the screen shows it; >> adds

    $FormatEnumerationLimit = -1                 lists whole, not 16 elements

    On a terminal, text has its width; elsewhere it is 120 columns wide.
    Out-File -Width and Out-String -Width set another.
`,
  },
  {
    name: 'about_CommonParameters',
    synopsis: 'Parameters that every command has.',
    text: `
TOPIC
    Common parameters

    -Verbose                   tells what is done
    -ErrorAction Continue|SilentlyContinue|Ignore|Stop
                               what to do about an error; Stop ends the line
                               ($ErrorActionPreference sets it for all commands)
    -WarningAction             the same for warnings ($WarningPreference)
    -ErrorVariable name        keeps the errors in a variable; +name adds to it
    -OutVariable name          keeps the output as well

    Commands that change something have these too:
    -WhatIf                    tells what would be done, and does nothing
    -Confirm                   asks before each change; -Confirm:$false does not
                               where a command asks by itself (Remove-)
`,
  },
]
