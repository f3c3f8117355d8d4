//! A condition as a tree of numbers and comparisons: typed, bounded, and quick to evaluate.
//!
//! CEL is parsed by its own library; what indicators can need of it (booleans and numbers) is lowered to this tree,
//! with CEL's meaning: whole numbers and fractions do not mix in arithmetic, they do in comparisons, and `&&` and
//! `||` take an answer from either side when the other fails.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, SourceInfo, operators};

use super::condition::Fault;
use super::indicator::{INDICATORS, IndicatorType, IndicatorValue, Name};

/// A part of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Bool(bool),
    Int(i64),
    Double(f64),
    /// Position in [`INDICATORS`].
    Indicator(usize),
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Compare(Compare, Box<Node>, Box<Node>),
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    Negate(Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    ToDouble(Box<Node>),
    ToInt(Box<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Int,
    Double,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Double => "a number with a fraction",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Bool(bool),
    Int(i64),
    Double(f64),
}

impl Value {
    fn as_f64(self) -> f64 {
        match self {
            Self::Bool(b) => f64::from(u8::from(b)),
            Self::Int(n) => n as f64,
            Self::Double(x) => x,
        }
    }
}

impl Node {
    /// The value, or nothing where CEL would report an error (overflow, division by zero).
    pub(super) fn evaluate(&self, values: &[IndicatorValue]) -> Option<Value> {
        Some(match self {
            Self::Bool(b) => Value::Bool(*b),
            Self::Int(n) => Value::Int(*n),
            Self::Double(x) => Value::Double(*x),
            Self::Indicator(i) => match values.get(*i)? {
                IndicatorValue::Int(n) => Value::Int(*n),
                IndicatorValue::Double(x) => Value::Double(*x),
            },
            Self::Not(a) => Value::Bool(!a.truth(values)?),
            Self::And(a, b) => match (a.truth(values), b) {
                (Some(false), _) => Value::Bool(false),
                (left, b) => match (left, b.truth(values)) {
                    (_, Some(false)) => Value::Bool(false),
                    (Some(true), Some(true)) => Value::Bool(true),
                    _ => return None,
                },
            },
            Self::Or(a, b) => match (a.truth(values), b) {
                (Some(true), _) => Value::Bool(true),
                (left, b) => match (left, b.truth(values)) {
                    (_, Some(true)) => Value::Bool(true),
                    (Some(false), Some(false)) => Value::Bool(false),
                    _ => return None,
                },
            },
            Self::Compare(op, a, b) => {
                Value::Bool(op.holds(a.evaluate(values)?, b.evaluate(values)?))
            }
            Self::Arithmetic(op, a, b) => op.apply(a.evaluate(values)?, b.evaluate(values)?)?,
            Self::Negate(a) => match a.evaluate(values)? {
                Value::Int(n) => Value::Int(n.checked_neg()?),
                Value::Double(x) => Value::Double(-x),
                Value::Bool(_) => return None,
            },
            Self::If(c, a, b) => {
                if c.truth(values)? {
                    a.evaluate(values)?
                } else {
                    b.evaluate(values)?
                }
            }
            Self::ToDouble(a) => Value::Double(a.evaluate(values)?.as_f64()),
            Self::ToInt(a) => match a.evaluate(values)? {
                Value::Double(x) if x.is_finite() && x.abs() < 9.2e18 => Value::Int(x as i64),
                Value::Int(n) => Value::Int(n),
                _ => return None,
            },
        })
    }

    /// The value of a condition.
    pub(super) fn truth(&self, values: &[IndicatorValue]) -> Option<bool> {
        match self.evaluate(values)? {
            Value::Bool(b) => Some(b),
            _ => None,
        }
    }

    /// Positions of the indicators that it reads.
    pub(super) fn read(&self, into: &mut Vec<usize>) {
        match self {
            Self::Bool(_) | Self::Int(_) | Self::Double(_) => {}
            Self::Indicator(i) => into.push(*i),
            Self::Not(a) | Self::Negate(a) | Self::ToDouble(a) | Self::ToInt(a) => a.read(into),
            Self::And(a, b)
            | Self::Or(a, b)
            | Self::Compare(_, a, b)
            | Self::Arithmetic(_, a, b) => {
                a.read(into);
                b.read(into);
            }
            Self::If(c, a, b) => {
                c.read(into);
                a.read(into);
                b.read(into);
            }
        }
    }
}

impl Compare {
    fn holds(self, a: Value, b: Value) -> bool {
        let order = match (a, b) {
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(&b)),
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(&b)),
            (a, b) => a.as_f64().partial_cmp(&b.as_f64()),
        };
        match (self, order) {
            (Self::NotEqual, None) => true,
            (_, None) => false,
            (Self::Less, Some(o)) => o.is_lt(),
            (Self::LessEqual, Some(o)) => o.is_le(),
            (Self::Greater, Some(o)) => o.is_gt(),
            (Self::GreaterEqual, Some(o)) => o.is_ge(),
            (Self::Equal, Some(o)) => o.is_eq(),
            (Self::NotEqual, Some(o)) => o.is_ne(),
        }
    }

    const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    /// Whether it can be true, given the ranges of both sides.
    fn possible(self, a: Range, b: Range) -> bool {
        match self {
            Self::Less => a.low < b.high,
            Self::LessEqual => a.low <= b.high,
            Self::Greater => a.high > b.low,
            Self::GreaterEqual => a.high >= b.low,
            Self::Equal => a.low <= b.high && b.low <= a.high,
            Self::NotEqual => a.low < a.high || b.low < b.high || a.low != b.low,
        }
    }

    /// The comparison that is true exactly where this one is false.
    const fn opposite(self) -> Self {
        match self {
            Self::Less => Self::GreaterEqual,
            Self::LessEqual => Self::Greater,
            Self::Greater => Self::LessEqual,
            Self::GreaterEqual => Self::Less,
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
        }
    }
}

impl Arithmetic {
    fn apply(self, a: Value, b: Value) -> Option<Value> {
        Some(match (a, b) {
            (Value::Int(a), Value::Int(b)) => Value::Int(match self {
                Self::Add => a.checked_add(b)?,
                Self::Subtract => a.checked_sub(b)?,
                Self::Multiply => a.checked_mul(b)?,
                Self::Divide => a.checked_div(b)?,
                Self::Modulo => a.checked_rem(b)?,
            }),
            (Value::Double(a), Value::Double(b)) => Value::Double(match self {
                Self::Add => a + b,
                Self::Subtract => a - b,
                Self::Multiply => a * b,
                Self::Divide => a / b,
                Self::Modulo => return None,
            }),
            _ => return None,
        })
    }
}

/// Between which values something lies; infinite where nothing is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub low: f64,
    pub high: f64,
}

impl Range {
    const ALL: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };

    fn at(value: f64) -> Self {
        if value.is_nan() {
            return Self::ALL;
        }
        Self {
            low: value,
            high: value,
        }
    }

    fn of(values: &[f64]) -> Self {
        if values.iter().any(|v| v.is_nan()) {
            return Self::ALL;
        }
        Self {
            low: values.iter().copied().fold(f64::INFINITY, f64::min),
            high: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

/// What is known of the indicators: between which values one lies.
#[derive(Clone, Copy)]
pub(super) struct Known<'a>(pub &'a dyn Fn(Name) -> Option<(f64, f64)>);

impl Known<'_> {
    const NOTHING: Self = Known(&|_| None);

    fn range(&self, indicator: usize) -> Range {
        let known = Name::ALL.get(indicator).and_then(|name| (self.0)(*name));
        let own = || INDICATORS.get(indicator).map(|i| i.range);
        known
            .or_else(own)
            .map_or(Range::ALL, |(low, high)| Range { low, high })
    }
}

/// Whether something can be true, and whether it can be false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chance {
    pub yes: bool,
    pub no: bool,
}

impl Node {
    /// The range of a number (interval arithmetic): an indicator's is what is known of it, or else its own.
    fn range(&self, known: &Known<'_>) -> Range {
        match self {
            Self::Int(n) => Range::at(*n as f64),
            Self::Double(x) => Range::at(*x),
            Self::Indicator(i) => known.range(*i),
            Self::Negate(a) => {
                let a = a.range(known);
                Range::of(&[-a.low, -a.high])
            }
            Self::ToDouble(a) => a.range(known),
            Self::ToInt(a) => {
                let a = a.range(known);
                Range::of(&[a.low.trunc(), a.high.trunc()])
            }
            Self::If(_, a, b) => {
                let (a, b) = (a.range(known), b.range(known));
                Range::of(&[a.low, a.high, b.low, b.high])
            }
            Self::Arithmetic(op, a, b) => {
                let (a, b) = (a.range(known), b.range(known));
                match op {
                    Arithmetic::Add => Range::of(&[a.low + b.low, a.high + b.high]),
                    Arithmetic::Subtract => Range::of(&[a.low - b.high, a.high - b.low]),
                    Arithmetic::Multiply => Range::of(&[
                        a.low * b.low,
                        a.low * b.high,
                        a.high * b.low,
                        a.high * b.high,
                    ]),
                    Arithmetic::Divide | Arithmetic::Modulo => Range::ALL,
                }
            }
            Self::Bool(_) | Self::Not(_) | Self::And(..) | Self::Or(..) | Self::Compare(..) => {
                Range::ALL
            }
        }
    }

    /// Whether a condition can hold and can fail, taking each comparison by itself.
    pub(super) fn chance(&self, known: &Known<'_>) -> Chance {
        match self {
            Self::Bool(b) => Chance { yes: *b, no: !*b },
            Self::Not(a) => {
                let a = a.chance(known);
                Chance {
                    yes: a.no,
                    no: a.yes,
                }
            }
            Self::And(a, b) => {
                let a = a.chance(known);
                if !a.yes {
                    return a;
                }
                let b = b.chance(known);
                Chance {
                    yes: a.yes && b.yes,
                    no: a.no || b.no,
                }
            }
            Self::Or(a, b) => {
                let (a, b) = (a.chance(known), b.chance(known));
                Chance {
                    yes: a.yes || b.yes,
                    no: a.no && b.no,
                }
            }
            Self::Compare(op, a, b) => {
                let (a, b) = (a.range(known), b.range(known));
                Chance {
                    yes: op.possible(a, b),
                    no: op.opposite().possible(a, b),
                }
            }
            Self::If(_, a, b) => {
                let (a, b) = (a.chance(known), b.chance(known));
                Chance {
                    yes: a.yes || b.yes,
                    no: a.no || b.no,
                }
            }
            _ => Chance {
                yes: true,
                no: true,
            },
        }
    }

    /// The indicator with its range, where the node is one.
    fn bounds(&self) -> Option<String> {
        let Self::Indicator(i) = self else {
            return None;
        };
        INDICATORS
            .get(*i)
            .map(|indicator| format!("{} is {}", indicator.name, indicator.unit))
    }
}

/// Turns parsed CEL into a tree, checking every type on every path.
pub(super) struct Lowering<'a> {
    pub info: &'a SourceInfo,
}

type Lowered = Result<(Node, Type), Fault>;

impl Lowering<'_> {
    /// A whole condition.
    pub(super) fn condition(&self, expression: &IdedExpr) -> Result<Node, Fault> {
        let (node, kind) = self.lower(expression)?;
        if kind != Type::Bool {
            return Err(self.fault(
                expression,
                format!(
                    "the condition gives {} where true or false is needed: compare it with a number, as in `volume > 10`",
                    kind.name()
                ),
            ));
        }
        let chance = node.chance(&Known::NOTHING);
        if !chance.yes {
            return Err(self.fault(
                expression,
                "the condition can never hold: change it or remove the trigger",
            ));
        }
        if !chance.no {
            return Err(self.fault(
                expression,
                "the condition always holds: compare an indicator with a value that it can pass",
            ));
        }
        Ok(node)
    }

    fn lower(&self, expression: &IdedExpr) -> Lowered {
        match &expression.expr {
            Expr::Literal(LiteralValue::Boolean(b)) => Ok((Node::Bool(*b.inner()), Type::Bool)),
            Expr::Literal(LiteralValue::Int(n)) => Ok((Node::Int(*n.inner()), Type::Int)),
            Expr::Literal(LiteralValue::Double(x)) => Ok((Node::Double(*x.inner()), Type::Double)),
            Expr::Literal(_) => Err(self.fault(
                expression,
                "indicators are numbers: compare numbers with numbers",
            )),
            Expr::Ident(name) => self.indicator(expression, name),
            Expr::Call(call) if call.target.is_none() => {
                self.call(expression, &call.func_name, &call.args)
            }
            _ => Err(self.fault(
                expression,
                "conditions are made of indicators, numbers, comparisons, arithmetic, `&&`, `||`, `!`, `a ? b : c`, `in`, `double()` and `int()`: write it with these",
            )),
        }
    }

    fn indicator(&self, expression: &IdedExpr, name: &str) -> Lowered {
        let known = INDICATORS.iter().position(|i| i.name == name);
        let position = known
            .ok_or_else(|| self.fault(expression, super::condition::unknown_indicator(name)))?;
        let kind = match INDICATORS[position].kind {
            IndicatorType::Int => Type::Int,
            IndicatorType::Double => Type::Double,
        };
        Ok((Node::Indicator(position), kind))
    }

    fn call(&self, whole: &IdedExpr, name: &str, args: &[IdedExpr]) -> Lowered {
        match (name, args) {
            (operators::LOGICAL_NOT, [a]) => {
                Ok((Node::Not(Box::new(self.truth(a, "`!`")?)), Type::Bool))
            }
            (operators::LOGICAL_AND, [a, b]) => Ok((
                Node::And(
                    Box::new(self.truth(a, "`&&`")?),
                    Box::new(self.truth(b, "`&&`")?),
                ),
                Type::Bool,
            )),
            (operators::LOGICAL_OR, [a, b]) => Ok((
                Node::Or(
                    Box::new(self.truth(a, "`||`")?),
                    Box::new(self.truth(b, "`||`")?),
                ),
                Type::Bool,
            )),
            (operators::CONDITIONAL, [c, a, b]) => self.choice(c, a, b),
            (operators::NEGATE, [a]) => match self.lower(a)? {
                // A literal stays one, so that `-100` has a range of its own.
                (Node::Int(n), _) => Ok((Node::Int(n.saturating_neg()), Type::Int)),
                (Node::Double(x), _) => Ok((Node::Double(-x), Type::Double)),
                (_, Type::Bool) => Err(self.numbers(whole)),
                (node, kind) => Ok((Node::Negate(Box::new(node)), kind)),
            },
            ("double", [a]) => match self.lower(a)? {
                (_, Type::Bool) => Err(self.numbers(whole)),
                (node, _) => Ok((Node::ToDouble(Box::new(node)), Type::Double)),
            },
            ("int", [a]) => match self.lower(a)? {
                (_, Type::Bool) => Err(self.numbers(whole)),
                (node, _) => Ok((Node::ToInt(Box::new(node)), Type::Int)),
            },
            (operators::IN, [a, list]) => self.one_of(whole, a, list),
            (_, [a, b]) => {
                if let Some(op) = comparison(name) {
                    self.comparison(whole, op, a, b)
                } else if let Some(op) = arithmetic(name) {
                    self.arithmetic(whole, op, a, b)
                } else {
                    Err(self.unknown_function(whole, name))
                }
            }
            _ => Err(self.unknown_function(whole, name)),
        }
    }

    fn truth(&self, part: &IdedExpr, of: &str) -> Result<Node, Fault> {
        match self.lower(part)? {
            (node, Type::Bool) => Ok(node),
            (_, kind) => Err(self.fault(
                part,
                format!(
                    "{of} joins conditions, and this is {}: compare numbers with numbers first, as in `volume > 10`",
                    kind.name()
                ),
            )),
        }
    }

    fn choice(&self, c: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> Lowered {
        let condition = self.truth(c, "`? :`")?;
        let ((left, kind), (right, other)) = (self.lower(a)?, self.lower(b)?);
        if kind != other {
            return Err(self.fault(
                a,
                format!(
                    "`? :` gives {} on one side and {} on the other: make them alike, with double() if need be",
                    kind.name(),
                    other.name()
                ),
            ));
        }
        Ok((
            Node::If(Box::new(condition), Box::new(left), Box::new(right)),
            kind,
        ))
    }

    fn comparison(&self, whole: &IdedExpr, op: Compare, a: &IdedExpr, b: &IdedExpr) -> Lowered {
        let ((left, kind), (right, other)) = (self.lower(a)?, self.lower(b)?);
        if (kind == Type::Bool) != (other == Type::Bool) {
            return Err(self.numbers(whole));
        }
        let node = Node::Compare(op, Box::new(left), Box::new(right));
        if kind != Type::Bool && !node.chance(&Known::NOTHING).yes {
            return Err(self.fault(whole, impossible(&node, op)));
        }
        Ok((node, Type::Bool))
    }

    fn arithmetic(&self, whole: &IdedExpr, op: Arithmetic, a: &IdedExpr, b: &IdedExpr) -> Lowered {
        let ((left, kind), (right, other)) = (self.lower(a)?, self.lower(b)?);
        if kind == Type::Bool || other == Type::Bool {
            return Err(self.numbers(whole));
        }
        if kind != other {
            return Err(self.fault(
                whole,
                "arithmetic does not mix whole numbers and fractions: write `double(volume)` for a whole number, and `2.0` for 2",
            ));
        }
        if op == Arithmetic::Modulo && kind == Type::Double {
            return Err(self.fault(
                whole,
                "`%` is for whole numbers: write int() around fractions",
            ));
        }
        if op == Arithmetic::Divide && right == Node::Int(0) {
            return Err(self.fault(whole, "this divides by zero: write another divisor"));
        }
        Ok((Node::Arithmetic(op, Box::new(left), Box::new(right)), kind))
    }

    /// `a in [1, 2]` as `a == 1 || a == 2`.
    fn one_of(&self, whole: &IdedExpr, a: &IdedExpr, list: &IdedExpr) -> Lowered {
        let Expr::List(list) = &list.expr else {
            return Err(self.fault(
                whole,
                "`in` needs a list of numbers: write `volume in [1, 2]`",
            ));
        };
        let mut any = Node::Bool(false);
        for element in &list.elements {
            let (equal, _) = self.comparison(whole, Compare::Equal, a, element)?;
            any = Node::Or(Box::new(any), Box::new(equal));
        }
        Ok((any, Type::Bool))
    }

    fn numbers(&self, at: &IdedExpr) -> Fault {
        self.fault(
            at,
            "true or false stands where a number is needed: compare numbers with numbers",
        )
    }

    fn unknown_function(&self, at: &IdedExpr, name: &str) -> Fault {
        self.fault(
            at,
            format!("there is no function `{name}` for conditions: there are double() and int()"),
        )
    }

    /// The fault, at the first character of the part.
    fn fault(&self, part: &IdedExpr, message: impl Into<String>) -> Fault {
        Fault {
            at: self.start(part).unwrap_or(0) as usize,
            message: message.into(),
        }
    }

    fn start(&self, part: &IdedExpr) -> Option<u32> {
        let own = self.info.offset_for(part.id).map(|(start, _)| start);
        let inner: Option<u32> = match &part.expr {
            Expr::Call(call) => call.args.iter().filter_map(|a| self.start(a)).min(),
            _ => None,
        };
        match (own, inner) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

fn impossible(node: &Node, op: Compare) -> String {
    let Node::Compare(_, a, b) = node else {
        return String::new();
    };
    let side = |n: &Node| match n {
        Node::Indicator(i) => INDICATORS.get(*i).map_or("…", |i| i.name).to_owned(),
        Node::Int(n) => n.to_string(),
        Node::Double(x) => x.to_string(),
        _ => "…".to_owned(),
    };
    let bounds = a.bounds().or_else(|| b.bounds());
    format!(
        "`{} {} {}` can never hold{}: write a value that can be reached",
        side(a),
        op.sign(),
        side(b),
        bounds.map(|b| format!(", since {b}")).unwrap_or_default()
    )
}

fn comparison(name: &str) -> Option<Compare> {
    Some(match name {
        operators::LESS => Compare::Less,
        operators::LESS_EQUALS => Compare::LessEqual,
        operators::GREATER => Compare::Greater,
        operators::GREATER_EQUALS => Compare::GreaterEqual,
        operators::EQUALS => Compare::Equal,
        operators::NOT_EQUALS => Compare::NotEqual,
        _ => return None,
    })
}

fn arithmetic(name: &str) -> Option<Arithmetic> {
    Some(match name {
        operators::ADD => Arithmetic::Add,
        operators::SUBSTRACT => Arithmetic::Subtract,
        operators::MULTIPLY => Arithmetic::Multiply,
        operators::DIVIDE => Arithmetic::Divide,
        operators::MODULO => Arithmetic::Modulo,
        _ => return None,
    })
}
