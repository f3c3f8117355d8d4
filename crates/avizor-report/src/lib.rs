//! Results as one self-contained HTML page. Must not compute what it shows, nor reach the network.
