/** One step of the schema, from the version before it to `version`. */
export interface Migration {
  readonly version: number
  readonly statements: string
}
