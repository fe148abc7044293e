namespace N {
    class C {
        void Good() { use(1); }
        void Bad() { use(2; x = ; more(3); }
        public int
        void Other() { use(4); }
        }
    }
    class D { void M( { use(5); } }
}
