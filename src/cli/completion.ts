import addCommands from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { writeOut } from './output.js';

/**
 * What the script for bash asks for the words of the line. The function comes with Debian's package bash-completion, which not every
 * machine has; where that is loaded later, its own takes the place of this one.
 */
const WORDS_OF_LINE = `declare -F _get_comp_words_by_ref > /dev/null || _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]:0:COMP_CWORD+1}")
    cword=$COMP_CWORD
    cur=\${COMP_WORDS[COMP_CWORD]}
    prev=\${COMP_WORDS[COMP_CWORD-1]}
}

`;

/** Adds the command `completion`, and the hidden one that shells ask; all other commands have to be there. */
export function addCompletion(program: Command): void {
  addCommands(program, { completionCommandName: 'completion' });
  const completion = program.commands.find((command) => command.name() === 'completion');
  completion?.hook('preAction', (_, { args: [shell] }) => {
    if (shell === 'bash') writeOut(WORDS_OF_LINE);
  });
}
