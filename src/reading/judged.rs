//! What the words around a place say of it.

use super::echo::Meant;
use super::folded::Folded;
use super::lexicon::{Axis, Deed, Lexicon, Trigger};
use super::model::{Axes, Cause, Experiencer};
use super::scan::Hit;

/// How a place was judged by the words around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Judged {
    pub axes: Axes,
    pub causes: Vec<Cause>,
    /// A word says that it is there now.
    pub current: bool,
    /// A word says that what was doubted has been shown.
    pub certain: bool,
    /// Historical without being over.
    pub standing: bool,
    /// Historical and over, even if such a condition lasts as a rule.
    pub over: bool,
    /// What is said of it is said to be wrong.
    pub untrue: bool,
    /// The patient has it, too.
    pub own: bool,
    /// A doubt that takes the denials inside it back.
    pub lifted: bool,
    /// A later sentence said that it was wrong.
    pub corrected: bool,
    /// Said of another one of its kind: "no DVT, but she had one in 2017".
    pub again: bool,
}

impl Judged {
    /// Takes the denial that answers what was only looked for.
    pub(super) fn answer(&mut self, denial: Cause) {
        self.axes.hypothetical = false;
        self.causes.retain(|cause| cause.axis != Axis::Hypothetical.name() && *cause != denial);
        self.axes.negated = true;
        self.causes.push(denial);
    }

    /// What an illness that stands so is to a word that speaks of it later.
    pub(super) fn meant(&self) -> Meant {
        let own = self.axes.experiencer == Experiencer::Patient || self.own;
        if self.axes.possible && !self.axes.hypothetical {
            if self.certain { Meant::Shown } else { Meant::Doubted }
        } else if self.axes.hypothetical {
            Meant::Feared
        } else if own && self.axes.negated != self.untrue {
            Meant::Denied
        } else if own && self.axes.historical {
            Meant::Past
        } else {
            Meant::Illness
        }
    }

    /// Takes what a later sentence says, too.
    pub(super) fn hear(&mut self, later: Self) {
        self.corrected |= self.untrue;
        *self = std::mem::take(self).settled();
        if later.again {
            self.hear_of_another(later);
            return;
        }
        if later.untrue && !self.corrected {
            self.axes.negated = !self.axes.negated;
            self.corrected = true;
        }
        self.axes.negated |= later.axes.negated;
        self.axes.possible |= later.axes.possible;
        self.axes.hypothetical |= later.axes.hypothetical;
        self.axes.historical |= later.axes.historical;
        if later.axes.experiencer != Experiencer::Patient {
            self.axes.experiencer = later.axes.experiencer;
        }
        if later.certain && self.axes.hypothetical {
            // What has been shown was looked for, or feared, with reason.
            self.axes.hypothetical = false;
            self.causes.retain(|cause| cause.axis != Axis::Hypothetical.name());
        }
        self.standing |= later.standing;
        self.over |= later.over;
        self.certain |= later.certain;
        self.current |= later.current;
        self.own |= later.own;
        self.causes.extend(later.causes);
    }

    /// Takes what is said of another one: it says more than the denial of this one, and nothing of one that is there.
    fn hear_of_another(&mut self, later: Self) {
        if !self.axes.negated || self.axes.experiencer != Experiencer::Patient {
            return;
        }
        self.axes.negated = false;
        self.axes.possible |= later.axes.possible;
        self.axes.historical |= later.axes.historical;
        self.axes.hypothetical |= later.axes.hypothetical;
        self.over |= later.axes.historical;
        self.causes.retain(|cause| cause.axis != Axis::Negated.name());
        self.causes.extend(later.causes);
    }

    /// What is said to stand as something else does: whether it is there, and when; not whose it is.
    pub(super) fn the_same(lexicon: &Lexicon, folded: &Folded, axes: Axes, hit: &Hit) -> Self {
        let axes = Axes { experiencer: Experiencer::Patient, ..axes };
        let of = [
            (axes.negated, Axis::Negated),
            (axes.possible, Axis::Possible),
            (axes.historical, Axis::Historical),
            (axes.hypothetical, Axis::Hypothetical),
        ];
        let at = Some(folded.back(hit.start, hit.end));
        let causes = of.into_iter().filter(|(holds, _)| *holds);
        let causes =
            causes.map(|(_, axis)| Cause { axis: axis.name().to_owned(), by: lexicon.words(hit.pattern).to_owned(), at }).collect();
        Self { axes, causes, ..Self::default() }
    }

    /// With what takes other cues back worked in: a doubt over a denial, a mistake, a patient beside a relative.
    pub(super) fn settled(mut self) -> Self {
        self.axes.negated = (self.axes.negated && !self.lifted) ^ self.untrue;
        if self.own {
            self.axes.experiencer = Experiencer::Patient;
        }
        (self.untrue, self.lifted, self.own) = (false, false, false);
        self
    }

    /// Takes what a cue says.
    pub(super) fn hold(&mut self, by: &Trigger, cause: Cause) {
        let Deed::Sets(axis, _) = by.deed else { return };
        set(&mut self.axes, axis);
        match axis {
            Axis::Historical => {
                self.standing = by.standing;
                self.over |= by.over;
            }
            Axis::Current => self.current = true,
            Axis::Certain => self.certain = true,
            Axis::Untrue => self.untrue = true,
            Axis::Own => self.own = true,
            Axis::Negated | Axis::Possible | Axis::Hypothetical | Axis::Family | Axis::Other => {}
        }
        self.lifted |= by.lifts;
        self.causes.push(cause);
    }
}

/// Sets the axis of a mention that a cue or a section sets; the others take one back, which is not done here.
pub(super) fn set(axes: &mut Axes, axis: Axis) {
    match axis {
        Axis::Negated => axes.negated = true,
        Axis::Possible => axes.possible = true,
        Axis::Historical => axes.historical = true,
        Axis::Hypothetical => axes.hypothetical = true,
        Axis::Family => axes.experiencer = Experiencer::Family,
        Axis::Other => axes.experiencer = Experiencer::Other,
        Axis::Current | Axis::Certain | Axis::Untrue | Axis::Own => {}
    }
}

/// What is told of a cue that decided.
pub(super) fn cause(lexicon: &Lexicon, folded: &Folded, by: &Trigger, hit: &Hit) -> Cause {
    let axis = match by.deed {
        Deed::Sets(Axis::Family | Axis::Other, _) => "experiencer",
        Deed::Sets(other, _) => other.name(),
        Deed::Stops(_) | Deed::Nothing | Deed::Means | Deed::Scene(_) => "",
    };
    Cause { axis: axis.to_owned(), by: lexicon.words(hit.pattern).to_owned(), at: Some(folded.back(hit.start, hit.end)) }
}
