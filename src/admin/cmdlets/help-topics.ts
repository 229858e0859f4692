import type { HelpTopic } from '../shell/built-in/help-topics.ts'

/** The topics about the server, beside those about the language. */
export const shellTopics: readonly HelpTopic[] = [
  {
    name: 'about_CommandLine',
    synopsis: "Commands from the system's own shell, and scripts.",
    text: `
TOPIC
    Commands from the system's own shell

    edge Get-SendConnector -Identity 'To Internet'
                                  one command; each argument is one value
    edge shell -Command 'Get-Queue | Where-Object Status -eq Retry'
                                  a whole line, with pipes and variables
    edge shell -File script.ps1   a script
    edge shell < script.ps1       the same line by line; a line may answer what
                                  the one before it asks

    With "edge <Command>" nothing in an argument is special but what the type of
    its parameter asks for. Single quotes keep it from the system's shell:
    -Enabled '$true'   -Banner '$null'   -AddressSpaces '*.contoso.com,*'
    -Bindings '@{Add="0.0.0.0:26"}'   -Credential '(Get-Credential)'

    The exit code is 0, 1 after an error, 2 when there is no such command, or
    what exit says. Errors and warnings go to standard error.
    EDGE_CONFIG and EDGE_DATA, or --config and --data, name the server's files.
`,
  },
  {
    name: 'about_Filters',
    synopsis: 'Conditions: -Filter, and Where-Object.',
    text: `
TOPIC
    Filters

    Get-Queue -Filter {Status -eq 'Retry' -and MessageCount -gt 100}
    Get-Message -Filter {FromAddress -like '*@contoso.com'}
    Get-Message -Filter "Subject -like '*$word*'"

    -Filter names properties as they are; the service works it out, so it costs
    little in a long queue. Braces or quotes around it mean the same; in double
    quotes variables are filled in. Operators: -eq -ne -gt -ge -lt -le -like
    -notlike -and -or -not, and brackets. * stands for any letters. Whatever is
    no comparison of a property with a value is an error, and so is a variable
    that was never set: it never means all.

    Where-Object works on the objects of any command, with all operators:
    Get-SendConnector | Where-Object {$_.MaxMessageSize -lt 10MB}

SEE ALSO
    about_Pipelines
`,
  },
  {
    name: 'about_Connectors',
    synopsis: 'How mail comes in and where it goes.',
    text: `
TOPIC
    Connectors and domains

    A Receive connector says who may send what at an address and port. The one
    with the closest RemoteIPRanges takes a connection.
    Get-ReceiveConnector | Format-List Name,Bindings,RemoteIPRanges
    Set-ReceiveConnector 'Relay' -RemoteIPRanges @{Add='192.0.2.10'}
    Test-SmtpConnectivity              do all of them answer

    A Send connector says where mail of its AddressSpaces goes. The closest
    space wins, then the lowest cost.
    New-SendConnector -Name Internet -AddressSpaces * -DNSRoutingEnabled $true
    Test-Route user@contoso.com        which one is taken, and why

    Accepted domains are those that mail is taken for from anybody.
    New-AcceptedDomain -Name Contoso -DomainName contoso.com

    A change is checked as a whole, written to the configuration file, and in
    effect when the prompt returns; sessions that run go on.
`,
  },
  {
    name: 'about_Queues',
    synopsis: 'Mail that waits, and what to do about it.',
    text: `
TOPIC
    Queues

    Get-Queue                          a queue for each next hop; LastError says
                                       why it waits
    Get-Message -Queue EDGE01\\3        its messages
    Retry-Queue EDGE01\\3               try now
    Suspend-Queue, Resume-Queue        keep its mail back, and let it go
    Suspend-Message, Resume-Message, Remove-Message -WithNDR $false

    Get-Queue -Filter {Status -eq 'Retry'} | Retry-Queue

    Submission holds what is not categorized yet; Unreachable what no Send
    connector takes. Mail waits up to MessageExpirationTimeout of
    Get-TransportService.
`,
  },
  {
    name: 'about_Logs',
    synopsis: 'Finding out what became of a message.',
    text: `
TOPIC
    Logs

    Get-MessageTrackingLog          what became of each message: accepted, sent,
                                    delayed, failed
    Get-MessageTrackingLog -Sender bob@contoso.com -EventId Fail

    Get-ProtocolLog                 what was said in SMTP sessions; connectors
                                    with ProtocolLoggingLevel Verbose tell it
    Get-ProtocolLog -Address bob@contoso.com -WholeSession
    Set-SendConnector 'To Internet' -ProtocolLoggingLevel Verbose

    Both show the first 1000 results unless -ResultSize says otherwise, and with
    -Follow what is written from now on, until Ctrl-C. What the services of this
    server say to each other is left out; -IncludeInternal shows it.

    The connectivity log, files CONNECTLOG*.LOG below the folder of the logs,
    tells of each connection to another server where to, how it came about, and
    how much went over it.
    Get-TransportService | Format-List ConnectivityLog*
`,
  },
]
