/** @file The files of the set "faireval" with their SHA-256. */

export const fairEvalFiles: Readonly<Record<string, string>> = {
  "question.jsonl": "32b519315704d3da88accb0cab4fd44622ff530fe49e450c1553030ce3e0f962",
  "answer/answer_alpaca-13b.jsonl": "50a6a9274da00cc74e8b3a8e3e92be2ba23ed6f2bf6ae9bbcc3082424acea540",
  "answer/answer_gpt-4.jsonl": "3b554c1a9d9f3c9df105f6f04a3c4890705cfab10f854cc010f4fa550874d7c3",
  "answer/answer_gpt35.jsonl": "c6545739b0738eba5f9348e77f680031aec076a72ecba71b3014e7b1b0dfe099",
  "answer/answer_vicuna-13b.jsonl": "d1a4b3a5d2e3ca90d2d55084ee25d4d90e63e65ac647bf50359da8633e16d0b8",
  "review/review_gpt35_vicuna-13b_human.txt": "929f14e6582a7d14b1a3d189d29bc1319200588298e4b5429f7ac56bf847d224",
};
