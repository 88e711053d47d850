// A transform for the compiler: a function whose doc comment ends with `@inline` is inlined wherever it is called. The decorator
// of that name says the same, but TypeScript knows no decorators on functions, and neither does the formatter.
import * as assemblyscript from 'assemblyscript';
import { Transform } from 'assemblyscript/transform';

const { Node, NodeKind } = assemblyscript;

/** The doc comment before a declaration, when it has the tag. */
const INLINE_COMMENT = /@inline(?: \*\/|\s+\*\/)\s*(?:export )?$/;

export default class InlineTransform extends Transform {
  afterParse({ sources }) {
    for (const { text, statements, isLibrary } of sources) {
      if (isLibrary) continue;
      for (const statement of statements) {
        if (
          statement.kind !== NodeKind.FunctionDeclaration ||
          !INLINE_COMMENT.test(text.slice(0, statement.range.start))
        ) {
          continue;
        }
        const name = Node.createIdentifierExpression('inline', statement.range);
        statement.decorators = [...(statement.decorators ?? []), Node.createDecorator(name, null, statement.range)];
      }
    }
  }
}
