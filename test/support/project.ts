import type { DatumLocal } from '../../src/testing/start-datum-local.ts'
import { organizationApi, type PlaneApi, projectApi } from './plane-api.ts'

const projects = '/apis/resourcemanager.miloapis.com/v1alpha1/projects'

/** A project of its own for a test, settled: with the Locations and the Network where the fixture seeds projects. */
export async function newProject(datum: DatumLocal): Promise<PlaneApi> {
  const project = await organizationApi(datum).create(projects, {
    apiVersion: 'resourcemanager.miloapis.com/v1alpha1',
    kind: 'Project',
    metadata: { generateName: 'test-' },
    spec: {},
  })
  await datum.settle()
  return projectApi(datum, project.metadata.name)
}
