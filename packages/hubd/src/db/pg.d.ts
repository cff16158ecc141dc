/** The little of the driver that is used beside knex. */
declare module 'pg' {
  const pg: {
    readonly types: {
      readonly builtins: { readonly INT8: number };
      getTypeParser(type: number): (text: string) => unknown;
    };
  };
  export default pg;
}
