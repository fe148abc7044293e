class @class { void @if(int @in) { @in = value; var var = from; é = 診断(); } }
