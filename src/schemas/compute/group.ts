/** The API group of workloads and of what they become. */
export const computeGroup = 'compute.datumapis.com'
