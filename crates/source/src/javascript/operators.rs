//! The parser's operators as ours.

use oxc_ast::ast::{AssignmentOperator, BinaryOperator, LogicalOperator, UnaryOperator};

use crate::tree::{AugOp, BinaryOp, CompareOp, LogicOp, UnaryOp};

/// What a binary operator is in the tree.
pub(super) enum Infix {
    Arithmetic(BinaryOp),
    Comparison(CompareOp),
}

pub(super) fn infix(op: BinaryOperator) -> Infix {
    use Infix::{Arithmetic, Comparison};
    match op {
        BinaryOperator::Equality => Comparison(CompareOp::Eq),
        BinaryOperator::Inequality => Comparison(CompareOp::NotEq),
        BinaryOperator::StrictEquality => Comparison(CompareOp::StrictEq),
        BinaryOperator::StrictInequality => Comparison(CompareOp::StrictNotEq),
        BinaryOperator::LessThan => Comparison(CompareOp::Lt),
        BinaryOperator::LessEqualThan => Comparison(CompareOp::LtEq),
        BinaryOperator::GreaterThan => Comparison(CompareOp::Gt),
        BinaryOperator::GreaterEqualThan => Comparison(CompareOp::GtEq),
        BinaryOperator::In => Comparison(CompareOp::In),
        BinaryOperator::Instanceof => Comparison(CompareOp::InstanceOf),
        BinaryOperator::Addition => Arithmetic(BinaryOp::Add),
        BinaryOperator::Subtraction => Arithmetic(BinaryOp::Sub),
        BinaryOperator::Multiplication => Arithmetic(BinaryOp::Mul),
        BinaryOperator::Division => Arithmetic(BinaryOp::Div),
        BinaryOperator::Remainder => Arithmetic(BinaryOp::Mod),
        BinaryOperator::Exponential => Arithmetic(BinaryOp::Pow),
        BinaryOperator::ShiftLeft => Arithmetic(BinaryOp::Shl),
        BinaryOperator::ShiftRight => Arithmetic(BinaryOp::Shr),
        BinaryOperator::ShiftRightZeroFill => Arithmetic(BinaryOp::UShr),
        BinaryOperator::BitwiseOR => Arithmetic(BinaryOp::BitOr),
        BinaryOperator::BitwiseXOR => Arithmetic(BinaryOp::BitXor),
        BinaryOperator::BitwiseAnd => Arithmetic(BinaryOp::BitAnd),
    }
}

pub(super) fn logic(op: LogicalOperator) -> LogicOp {
    match op {
        LogicalOperator::Or => LogicOp::Or,
        LogicalOperator::And => LogicOp::And,
        LogicalOperator::Coalesce => LogicOp::Coalesce,
    }
}

pub(super) fn unary(op: UnaryOperator) -> UnaryOp {
    match op {
        UnaryOperator::UnaryPlus => UnaryOp::Plus,
        UnaryOperator::UnaryNegation => UnaryOp::Minus,
        UnaryOperator::LogicalNot => UnaryOp::Not,
        UnaryOperator::BitwiseNot => UnaryOp::Invert,
        UnaryOperator::Typeof => UnaryOp::TypeOf,
        UnaryOperator::Void => UnaryOp::Void,
        UnaryOperator::Delete => UnaryOp::Delete,
    }
}

/// What an assignment applies before it assigns; `None` for `=`.
pub(super) fn augmented(op: AssignmentOperator) -> Option<AugOp> {
    Some(match op {
        AssignmentOperator::Assign => return None,
        AssignmentOperator::Addition => AugOp::Binary(BinaryOp::Add),
        AssignmentOperator::Subtraction => AugOp::Binary(BinaryOp::Sub),
        AssignmentOperator::Multiplication => AugOp::Binary(BinaryOp::Mul),
        AssignmentOperator::Division => AugOp::Binary(BinaryOp::Div),
        AssignmentOperator::Remainder => AugOp::Binary(BinaryOp::Mod),
        AssignmentOperator::Exponential => AugOp::Binary(BinaryOp::Pow),
        AssignmentOperator::ShiftLeft => AugOp::Binary(BinaryOp::Shl),
        AssignmentOperator::ShiftRight => AugOp::Binary(BinaryOp::Shr),
        AssignmentOperator::ShiftRightZeroFill => AugOp::Binary(BinaryOp::UShr),
        AssignmentOperator::BitwiseOR => AugOp::Binary(BinaryOp::BitOr),
        AssignmentOperator::BitwiseXOR => AugOp::Binary(BinaryOp::BitXor),
        AssignmentOperator::BitwiseAnd => AugOp::Binary(BinaryOp::BitAnd),
        AssignmentOperator::LogicalOr => AugOp::Logic(LogicOp::Or),
        AssignmentOperator::LogicalAnd => AugOp::Logic(LogicOp::And),
        AssignmentOperator::LogicalNullish => AugOp::Logic(LogicOp::Coalesce),
    })
}
