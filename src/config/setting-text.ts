/** A setting as it stands in the file: text in Exchange's spelling, a list, or settings of its own. */
export type SettingText = string | readonly string[] | Settings
export interface Settings {
  readonly [name: string]: SettingText
}

/** What to write: a new value each; undefined takes the setting out so that its default applies. */
export type SettingChanges = Readonly<Record<string, SettingText | undefined>>
