/** What is used of fontoxpath. Its own declarations bring in those of a browser's window, which no code of the relay may count on. */
export function evaluateXPathToNodes(
  expression: string,
  context: unknown,
  domFacade: unknown,
  variables: null,
  options: { namespaceResolver(): null },
): unknown[]
