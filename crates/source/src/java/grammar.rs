//! The grammar's kinds of node and field by number, looked up once, so that the walk compares no texts.

use std::num::NonZeroU16;
use std::sync::LazyLock;

use tree_sitter::Language;

/// What the walk needs to know of the grammar.
pub(super) struct Grammar {
    pub(super) language: Language,
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

impl Grammar {
    pub(super) fn get() -> &'static Self {
        static GRAMMAR: LazyLock<Grammar> = LazyLock::new(Grammar::new);
        &GRAMMAR
    }

    fn new() -> Self {
        let language = Language::new(tree_sitter_java::LANGUAGE);
        let kinds = (0..language.node_kind_count() as u16).map(|id| {
            let name = language.node_kind_for_id(id).unwrap_or("");
            let known = if language.node_kind_is_named(id) {
                NODES
            } else {
                TOKENS
            };
            known
                .iter()
                .find(|(known, _)| *known == name)
                .map_or(Kind::Other, |(_, kind)| *kind)
        });
        let kinds = kinds.collect();
        // Fields are numbered from 1.
        let fields = (0..=language.field_count() as u16).map(|id| {
            let name = language.field_name_for_id(id).unwrap_or("");
            FIELDS
                .iter()
                .find(|(known, _)| *known == name)
                .map_or(Field::None, |(_, field)| *field)
        });
        let fields = fields.collect();
        Self {
            language,
            kinds,
            fields,
        }
    }

    /// Of a node's number; that of error nodes is beyond the table.
    pub(super) fn kind(&self, id: u16) -> Kind {
        self.kinds
            .get(usize::from(id))
            .copied()
            .unwrap_or(Kind::Error)
    }

    pub(super) fn field(&self, id: Option<NonZeroU16>) -> Field {
        id.and_then(|id| self.fields.get(usize::from(id.get())))
            .copied()
            .unwrap_or(Field::None)
    }
}

macro_rules! kinds {
    (nodes { $($node:ident = $node_name:literal,)* } tokens { $($token:ident = $token_name:literal,)* }) => {
        /// The kinds of node that the walk tells apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind {
            /// A comment of either form.
            Comment,
            /// What the parser could not read.
            Error,
            /// Anything that needs no treatment of its own.
            Other,
            $($node,)*
            $($token,)*
        }

        const NODES: &[(&str, Kind)] = &[
            ("line_comment", Kind::Comment),
            ("block_comment", Kind::Comment),
            $(($node_name, Kind::$node),)*
        ];
        const TOKENS: &[(&str, Kind)] = &[$(($token_name, Kind::$token),)*];
    };
}

kinds! {
    nodes {
        AnnotatedType = "annotated_type",
        Annotation = "annotation",
        AnnotationArguments = "annotation_argument_list",
        AnnotationElement = "annotation_type_element_declaration",
        AnnotationType = "annotation_type_declaration",
        Arguments = "argument_list",
        ArrayAccess = "array_access",
        ArrayCreation = "array_creation_expression",
        ArrayInitializer = "array_initializer",
        ArrayType = "array_type",
        Assert = "assert_statement",
        Assignment = "assignment_expression",
        Asterisk = "asterisk",
        Binary = "binary_expression",
        BinaryInteger = "binary_integer_literal",
        Block = "block",
        BooleanType = "boolean_type",
        Break = "break_statement",
        Cast = "cast_expression",
        CatchClause = "catch_clause",
        CatchParameter = "catch_formal_parameter",
        CatchType = "catch_type",
        Character = "character_literal",
        ClassBody = "class_body",
        ClassDeclaration = "class_declaration",
        ClassLiteral = "class_literal",
        CompactConstructor = "compact_constructor_declaration",
        Constant = "constant_declaration",
        Constructor = "constructor_declaration",
        ConstructorBody = "constructor_body",
        Continue = "continue_statement",
        DecimalInteger = "decimal_integer_literal",
        DecimalFloat = "decimal_floating_point_literal",
        Dimensions = "dimensions",
        DimensionsExpr = "dimensions_expr",
        Do = "do_statement",
        ElementPair = "element_value_pair",
        ElementArray = "element_value_array_initializer",
        EnhancedFor = "enhanced_for_statement",
        EnumConstant = "enum_constant",
        EnumDeclaration = "enum_declaration",
        EnumMembers = "enum_body_declarations",
        ExplicitConstructor = "explicit_constructor_invocation",
        ExpressionStatement = "expression_statement",
        ExtendsInterfaces = "extends_interfaces",
        False = "false",
        FieldAccess = "field_access",
        FieldDeclaration = "field_declaration",
        Finally = "finally_clause",
        FloatType = "floating_point_type",
        For = "for_statement",
        FormalParameter = "formal_parameter",
        FormalParameters = "formal_parameters",
        GenericType = "generic_type",
        Guard = "guard",
        HexFloat = "hex_floating_point_literal",
        HexInteger = "hex_integer_literal",
        Identifier = "identifier",
        If = "if_statement",
        Import = "import_declaration",
        InferredParameters = "inferred_parameters",
        InstanceOf = "instanceof_expression",
        IntegralType = "integral_type",
        InterfaceBody = "interface_body",
        InterfaceDeclaration = "interface_declaration",
        Interpolation = "string_interpolation",
        Labeled = "labeled_statement",
        Lambda = "lambda_expression",
        LocalVariable = "local_variable_declaration",
        MarkerAnnotation = "marker_annotation",
        MethodDeclaration = "method_declaration",
        MethodInvocation = "method_invocation",
        MethodReference = "method_reference",
        Modifiers = "modifiers",
        ModuleDeclaration = "module_declaration",
        Null = "null_literal",
        ObjectCreation = "object_creation_expression",
        OctalInteger = "octal_integer_literal",
        PackageDeclaration = "package_declaration",
        Parenthesized = "parenthesized_expression",
        Pattern = "pattern",
        RecordDeclaration = "record_declaration",
        RecordPattern = "record_pattern",
        RecordPatternBody = "record_pattern_body",
        RecordPatternComponent = "record_pattern_component",
        Resource = "resource",
        Return = "return_statement",
        ScopedIdentifier = "scoped_identifier",
        ScopedType = "scoped_type_identifier",
        SpreadParameter = "spread_parameter",
        StaticInitializer = "static_initializer",
        StringFragment = "string_fragment",
        StringLiteral = "string_literal",
        Super = "super",
        SuperInterfaces = "super_interfaces",
        Superclass = "superclass",
        Switch = "switch_expression",
        SwitchGroup = "switch_block_statement_group",
        SwitchLabel = "switch_label",
        SwitchRule = "switch_rule",
        Synchronized = "synchronized_statement",
        Template = "template_expression",
        Ternary = "ternary_expression",
        This = "this",
        Throw = "throw_statement",
        True = "true",
        Try = "try_statement",
        TryWithResources = "try_with_resources_statement",
        TypeArguments = "type_arguments",
        TypeIdentifier = "type_identifier",
        TypeList = "type_list",
        TypePattern = "type_pattern",
        Unary = "unary_expression",
        Underscore = "underscore_pattern",
        Update = "update_expression",
        VariableDeclarator = "variable_declarator",
        VoidType = "void_type",
        While = "while_statement",
        Wildcard = "wildcard",
        Yield = "yield_statement",
    }
    tokens {
        Abstract = "abstract",
        Final = "final",
        New = "new",
        Public = "public",
        Semicolon = ";",
        Static = "static",
        Arrow = "->",
        Default = "default",
        Assign = "=",
        AssignAdd = "+=",
        AssignSub = "-=",
        AssignMul = "*=",
        AssignDiv = "/=",
        AssignMod = "%=",
        AssignAnd = "&=",
        AssignOr = "|=",
        AssignXor = "^=",
        AssignShl = "<<=",
        AssignShr = ">>=",
        AssignUShr = ">>>=",
        Plus = "+",
        Minus = "-",
        Star = "*",
        Slash = "/",
        Percent = "%",
        And = "&",
        Or = "|",
        Xor = "^",
        Shl = "<<",
        Shr = ">>",
        UShr = ">>>",
        AndAnd = "&&",
        OrOr = "||",
        Eq = "==",
        NotEq = "!=",
        Lt = "<",
        LtEq = "<=",
        Gt = ">",
        GtEq = ">=",
        Not = "!",
        Tilde = "~",
        Increment = "++",
        Decrement = "--",
    }
}

macro_rules! fields {
    ($($field:ident = $name:literal,)*) => {
        /// The fields that the walk tells apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Field {
            /// Any other, or none.
            None,
            $($field,)*
        }

        const FIELDS: &[(&str, Field)] = &[$(($name, Field::$field),)*];
    };
}

fields! {
    Alternative = "alternative",
    Arguments = "arguments",
    Array = "array",
    Body = "body",
    Condition = "condition",
    Consequence = "consequence",
    ConstructorName = "constructor",
    Declarator = "declarator",
    Dimensions = "dimensions",
    Element = "element",
    MemberName = "field",
    Index = "index",
    Init = "init",
    Interfaces = "interfaces",
    Key = "key",
    Left = "left",
    Name = "name",
    Object = "object",
    Operand = "operand",
    Operator = "operator",
    Parameters = "parameters",
    Pattern = "pattern",
    Processor = "template_processor",
    Resources = "resources",
    Right = "right",
    Superclass = "superclass",
    Type = "type",
    TypeArguments = "type_arguments",
    TypeParameters = "type_parameters",
    Update = "update",
    Value = "value",
}

impl Kind {
    /// Whether the node is an expression.
    pub(super) fn is_expression(self) -> bool {
        matches!(
            self,
            Self::Assignment
                | Self::Binary
                | Self::InstanceOf
                | Self::Lambda
                | Self::Ternary
                | Self::Update
                | Self::Unary
                | Self::Cast
                | Self::Switch
                | Self::ArrayAccess
                | Self::ArrayCreation
                | Self::ArrayInitializer
                | Self::BinaryInteger
                | Self::Character
                | Self::ClassLiteral
                | Self::DecimalFloat
                | Self::DecimalInteger
                | Self::False
                | Self::FieldAccess
                | Self::HexFloat
                | Self::HexInteger
                | Self::Identifier
                | Self::MethodInvocation
                | Self::MethodReference
                | Self::Null
                | Self::ObjectCreation
                | Self::OctalInteger
                | Self::Parenthesized
                | Self::ScopedIdentifier
                | Self::StringLiteral
                | Self::Template
                | Self::This
                | Self::True
        )
    }

    /// Whether the node is a type.
    pub(super) fn is_type(self) -> bool {
        matches!(
            self,
            Self::AnnotatedType
                | Self::ArrayType
                | Self::BooleanType
                | Self::FloatType
                | Self::GenericType
                | Self::IntegralType
                | Self::ScopedType
                | Self::TypeIdentifier
                | Self::VoidType
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_has_every_name() {
        let grammar = Grammar::get();
        for (name, kind) in NODES.iter().chain(TOKENS) {
            assert!(grammar.kinds.contains(kind), "{name}");
        }
        for (name, field) in FIELDS {
            assert!(grammar.fields.contains(field), "{name}");
        }
    }
}
