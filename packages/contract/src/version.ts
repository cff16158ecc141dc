/** The version of tshub: scripts/release changes it together with debian/changelog. */
export const version = '0.1.0';
