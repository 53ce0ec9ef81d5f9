/** Whether two trainings did the same thing, step by step. */

const firstLossWithin = 1e-4;

/** @param own, peer figures of `measuredSteps`, with the rows that each trains on */
export function likenessOf(own, peer) {
  return {
    train_rows: own.train_rows,
    same_rows: own.train_rows === peer.train_rows,
    same_tokens: String(own.step_tokens) === String(peer.step_tokens),
    step_tokens: own.step_tokens,
    peer_step_tokens: peer.step_tokens,
    loss_differences: own.step_losses.map((loss, i) => Math.abs(loss - peer.step_losses[i])),
  };
}

/** The first step's loss, before anything is learnt, has to agree. */
export const isAlike = ({ same_rows, same_tokens, loss_differences }) =>
  same_rows && same_tokens && loss_differences[0] <= firstLossWithin;
