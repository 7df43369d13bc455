import type { AdmissionRequest } from '../../registry/admission.ts'
import { networkingGroup } from '../networking/group.ts'
import { Network } from '../networking/network.ts'

/** Whether the caller may `use` networks: an Error where that could not be found out. */
export interface NetworkAccess {
  mayUse(network: string): boolean | Error
}

/**
 * Asks about the networks of `names`. Where the names are not known yet (`undefined`: a patch), it asks about all
 * networks at once, and if that is refused about each that exists.
 */
export async function askNetworkAccess(
  request: AdmissionRequest,
  names: readonly string[] | undefined,
): Promise<NetworkAccess> {
  const answers = new Map<string, boolean | Error>()
  const ask = async (name: string): Promise<boolean | Error> => {
    try {
      const { allowed } = await request.authorize(request.user, {
        verb: 'use',
        group: networkingGroup,
        version: 'v1alpha',
        resource: 'networks',
        ...(request.key.namespace === undefined ? {} : { namespace: request.key.namespace }),
        ...(name === '' ? {} : { name }),
      })
      return allowed
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }
  const otherwise = names === undefined ? await ask('') : false
  if (otherwise !== true) {
    for (const name of names ?? (await existingNames(request))) {
      if (!answers.has(name)) answers.set(name, await ask(name))
    }
  }
  return { mayUse: (network) => answers.get(network) ?? otherwise }
}

async function existingNames({ client, key }: AdmissionRequest): Promise<string[]> {
  const networks = await client.list(Network, key.namespace === undefined ? {} : { namespace: key.namespace })
  return networks.map(({ metadata }) => metadata.name)
}
