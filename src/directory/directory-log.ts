/** What a directory tells whoever runs the server. */
export interface DirectoryLog {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}
