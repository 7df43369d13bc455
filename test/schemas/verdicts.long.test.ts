import { describe } from 'vitest'
import { referenceAvailable } from './support/reference.ts'
import { compareVerdicts } from './support/verdicts.ts'

describe.skipIf(!referenceAvailable)('verdicts on many more documents', () => compareVerdicts(3_000))
