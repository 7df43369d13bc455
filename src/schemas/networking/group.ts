/** The API group of networks and of what they are made of. */
export const networkingGroup = 'networking.datumapis.com'
