/**
 * Golden transcripts: commands, a line `----`, what they printed, an empty line. The etcd-io/raft
 * form: who reads one sees the protocol at work, and a change of behaviour is a readable diff.
 */
import { TranscriptSession } from './transcript-session.ts';

const RULER = '----';

/** Commands of one block, or prose (lines that begin with `#`), as in the file. */
interface Block {
  readonly line: number;
  readonly prose: readonly string[];
  readonly commands: readonly string[];
}

/** Runs every command of a transcript. @returns the file as it should be. */
export async function rewriteTranscript(text: string): Promise<string> {
  const blocks = parseBlocks(text);
  const { prose } = blocks[0] ?? { prose: [] };
  if (prose.length === 0) throw new Error('a transcript opens with # prose: what does it pin?');
  const session = new TranscriptSession();
  const written: string[] = [];
  for (const block of blocks) written.push(await runBlock(session, block));
  return `${written.join('\n\n')}\n`;
}

async function runBlock(session: TranscriptSession, block: Block): Promise<string> {
  const lines = [...block.prose];
  if (block.commands.length === 0) return lines.join('\n');
  if (lines.length > 0) lines.push('');
  lines.push(...block.commands, RULER);
  const output: string[] = [];
  for (const command of block.commands) {
    try {
      output.push(...(await session.run(command)));
    } catch (error) {
      throw new Error(`line ${block.line}: ${command}`, { cause: error });
    }
  }
  lines.push(...(output.length === 0 ? ['ok'] : output));
  return lines.join('\n');
}

/** Output is skipped: it is what running the commands gives. */
export function parseBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let prose: string[] = [];
  let commands: string[] = [];
  let inOutput = false;
  let blankBefore = false;
  const close = (line: number): void => {
    if (prose.length + commands.length > 0) blocks.push({ line, prose, commands });
    prose = [];
    commands = [];
  };
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') {
      if (inOutput || commands.length > 0) close(i + 1);
      inOutput = false;
      blankBefore = true;
      return;
    }
    if (inOutput) return;
    if (line === RULER) inOutput = true;
    else if (line.startsWith('#')) {
      if (blankBefore && prose.length > 0) close(i);
      prose.push(line);
    } else commands.push(line.trim());
    blankBefore = false;
  });
  close(text.length);
  return blocks;
}
