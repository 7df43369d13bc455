import { playScenarios } from '../../support/scenario.ts'

playScenarios(import.meta.dirname, 600_000)
