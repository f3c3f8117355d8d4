//! What one mention weighs: more with reach and with echo, never more than twice another.

use crate::mention::Mention;

/// A mention of nobody's note weighs this much; the most noted twice as much.
pub(crate) const UNIT: u8 = 16;
/// A million followers, or as much echo as a thousand likes, is as much as counts (a judgement).
const FULL_REACH: u32 = 20;
const FULL_ECHO: u32 = 10;
/// A verified account counts as one with eight times its followers.
const VERIFIED: u32 = 3;
/// A share carries a text to others, a reply starts a talk: each is worth several likes (a judgement).
const SHARE: u64 = 4;
const REPLY: u64 = 2;

/// Weight in [`UNIT`]s of 1/16, from 16 to 32: half of what is above one is reach, half is echo, both by
/// powers of two, which needs no arithmetic that differs between platforms.
pub(crate) fn weight(mention: &Mention) -> u8 {
    let reach = reach_bits(mention).min(FULL_REACH);
    let echo = bits(echo(mention)).min(FULL_ECHO);
    let half = u32::from(UNIT) / 2;
    UNIT + (half * reach / FULL_REACH + half * echo / FULL_ECHO) as u8
}

/// How much likelier a mention is to be in a sample than the quietest: 1, 2, 4, 8 or 16.
pub(crate) fn loudness(mention: &Mention) -> u8 {
    1 << (reach_bits(mention)
        .max(bits(echo(mention)) * 2)
        .min(FULL_REACH)
        / 5)
}

fn reach_bits(mention: &Mention) -> u32 {
    let verified = u32::from(mention.verified == Some(true)) * VERIFIED;
    bits(mention.followers.unwrap_or(0)) + verified
}

fn echo(mention: &Mention) -> u64 {
    mention
        .likes
        .unwrap_or(0)
        .saturating_add(mention.shares.unwrap_or(0).saturating_mul(SHARE))
        .saturating_add(mention.replies.unwrap_or(0).saturating_mul(REPLY))
}

/// The whole part of log2(1 + n).
fn bits(n: u64) -> u32 {
    n.saturating_add(1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn note_is_worth_something_and_never_more_than_one_mention() {
        let mut m = Mention::default();
        assert_eq!((weight(&m), loudness(&m)), (UNIT, 1));
        m.followers = Some(2_000);
        let known = weight(&m);
        assert!(known > UNIT);
        m.shares = Some(50);
        assert!(weight(&m) > known);
        m.followers = Some(u64::MAX);
        m.likes = Some(u64::MAX);
        m.shares = Some(u64::MAX);
        m.verified = Some(true);
        assert_eq!((weight(&m), loudness(&m)), (2 * UNIT, 16));
    }
}
